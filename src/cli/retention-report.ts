// What `hansard retention` prints for people.
import { fieldAt, itemsAt, numberAt, textAt } from '../export/field.ts';
import { proposalLines } from './change.ts';
import { aligned, bold, counted, visible } from './terminal.ts';

/** `/api/retention` in lines. */
export function retentionLines(answer: unknown): string[] {
  const prolongations = itemsAt(answer, 'prolongations').map((one) => [
    shown(one, 'organization_guid'),
    months(numberAt(one, 'kept_months')),
    sinceBy(one),
  ]);
  const presets = itemsAt(answer, 'presets').map((preset) => [
    shown(preset, 'name'),
    `searchable ${months(numberAt(preset, 'searchable_months'))}`,
    `kept ${months(numberAt(preset, 'kept_months'))}`,
  ]);
  const policy = fieldAt(answer, 'policy');
  return [
    ...aligned([
      ['Policy:', shown(policy, 'preset')],
      ['Searchable:', months(numberAt(policy, 'searchable_months'))],
      ['Kept:', months(numberAt(policy, 'kept_months'))],
      ['Since:', sinceBy(policy)],
    ]),
    ...section('Organizations with longer terms', aligned(prolongations)),
    ...section('Waiting', itemsAt(answer, 'proposals').flatMap(waitingLines)),
    ...section('Presets', aligned(presets)),
  ];
}

/** A text of an answer. Servers say what they like: none of it steers the terminal. */
function shown(answer: unknown, ...path: readonly string[]): string {
  return visible(textAt(answer, ...path));
}

function waitingLines(proposal: unknown): string[] {
  return [shown(proposal, 'guid'), ...proposalLines(proposal).map((line) => `  ${visible(line)}`)];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', bold(title), ...lines.map((line) => `  ${line}`)];
}

function sinceBy(rule: unknown): string {
  const since = shown(rule, 'since');
  return since === '' ? 'the beginning' : `${since} by ${shown(rule, 'set_by', 'name')}`;
}

function months(count: number | null): string {
  const known = count ?? 0;
  if (known === 0) return 'nothing promised';
  return known % 12 === 0 && known > 12 ? counted(known / 12, 'year') : counted(known, 'month');
}

/** `/api/disposals` in lines. */
export function runLines(answer: unknown): string[] {
  const state = shown(answer, 'state');
  if (state === 'running') return ['The disposer is at work; its certificate will tell when it is done.'];
  const would = state === 'planned' ? 'would be ' : '';
  const erased = numberAt(answer, 'erased') ?? 0;
  const dropped = numberAt(answer, 'dropped') ?? 0;
  const certificate = shown(answer, 'certificate');
  return [
    `Data and names of ${counted(erased, 'event')} ${would}erased.`,
    `${counted(dropped, 'event')} in whole segments ${would}dropped.`,
    ...itemsAt(answer, 'spared').map(sparedLine),
    ...(certificate === '' ? [] : [`Certificate: ${certificate}`]),
  ];
}

function sparedLine(spared: unknown): string {
  const name = shown(spared, 'name');
  return `Hold "${name}" keeps ${counted(numberAt(spared, 'events') ?? 0, 'event')} past their term.`;
}

/** The event that certifies a disposal or an erasure, in lines. */
export function certificateLines(event: unknown): string[] {
  const isErasure = shown(event, 'type') === 'audit.log.erase';
  const data = fieldAt(event, 'data');
  return [
    ...aligned([
      ['Certificate:', shown(event, 'guid')],
      ['At:', shown(event, 'occurred_at')],
      ['By:', shown(event, 'actor', 'username') || shown(event, 'actor', 'guid')],
      ...(isErasure ? erasureRows(event, data) : disposalRows(data)),
    ]),
    ...section('Spared', itemsAt(data, 'spared').map(sparedLine)),
    ...section(
      'Copies that may still hold it',
      aligned(itemsAt(data, 'backups').map((one) => [shown(one, 'at'), shown(one, 'name')])),
    ),
  ];
}

function erasureRows(event: unknown, data: unknown): string[][] {
  const parts = itemsAt(data, 'parts').map((part) =>
    part === 'particulars' ? 'names' : visible(String(part)),
  );
  return [
    ['Erased:', `${parts.join(' and ')} of event ${shown(event, 'target', 'guid')}`],
    ['Leaf:', `${numberAt(data, 'index')} of epoch ${numberAt(data, 'epoch')}`],
    ['Reason:', shown(data, 'reason')],
    ['Proposal:', shown(data, 'proposal')],
  ];
}

function disposalRows(data: unknown): string[][] {
  const rule = fieldAt(data, 'rule');
  const kept = `kept ${months(numberAt(rule, 'kept_months'))}`;
  const checkpoint = fieldAt(data, 'checkpoint');
  return [
    ['Rule:', `${shown(rule, 'preset')}: ${kept}`],
    ['Judged at:', shown(data, 'judged_at')],
    ...partRows('Erased:', fieldAt(data, 'erased')),
    ...partRows('Dropped:', fieldAt(data, 'dropped')),
    ...(checkpoint === null
      ? []
      : [
          [
            'Checkpoint:',
            `${shown(checkpoint, 'origin')} ${numberAt(checkpoint, 'size')} ${shown(checkpoint, 'root')}`,
          ],
        ]),
  ];
}

function partRows(label: string, part: unknown): string[][] {
  if (part === undefined || part === null) return [];
  const leaves = ['first', 'last'].map(
    (end) => `${numberAt(part, end, 'epoch')}/${numberAt(part, end, 'index')}`,
  );
  const more = numberAt(part, 'more') ?? 0;
  return [
    [label, counted(numberAt(part, 'events') ?? 0, 'event')],
    ['', `of ${shown(part, 'from')} to ${shown(part, 'to')}`],
    ['', `leaves ${leaves.join(' to ')} (epoch/index)`],
    ...itemsAt(part, 'organizations').map((one) => [
      '',
      `${counted(numberAt(one, 'events') ?? 0, 'event')} of ${organization(one)}`,
    ]),
    ...(more === 0 ? [] : [['', `${counted(more, 'event')} of other organizations`]]),
  ];
}

function organization(one: unknown): string {
  const guid = shown(one, 'organization_guid');
  return guid === '' ? 'no organization' : `organization ${guid}`;
}
