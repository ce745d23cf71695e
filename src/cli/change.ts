// What commands do alike that keep, hold and erase: send a change, and tell whether it holds or waits for a second
// person.
import { fieldAt, itemsAt, textAt } from '../export/field.ts';
import { wrongUsage } from './failure.ts';
import type { Remote } from './remote.ts';
import { say, visible } from './terminal.ts';

/** Sends JSON and answers with JSON. Throws CliFailure with the server's own words. */
export function sent(remote: Remote, method: string, path: string, body: object = {}): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return remote.json(path, { method, headers, body: JSON.stringify(body) });
}

/** Says what has become of a change. `done` is the sentence for one that holds already. */
export async function sayChange(answer: unknown, done: string, json: boolean): Promise<void> {
  if (json) return say(JSON.stringify(answer, null, 2));
  const proposal = fieldAt(answer, 'proposal');
  if (proposal === null) return say(done);
  const guid = textAt(proposal, 'guid');
  await say(`This takes two people. It is proposal ${visible(guid)}:`);
  for (const line of proposalLines(proposal)) await say(`  ${visible(line)}`);
  const who =
    textAt(proposal, 'acts_at') === ''
      ? 'Another administrator'
      : 'A second administrator who comes until then';
  await say(`${who} approves it with "hansard retention approve ${guid}".`);
}

/** What a proposal would do and what it waits for, in lines. */
export function proposalLines(proposal: unknown): string[] {
  const acts = textAt(proposal, 'acts_at');
  const reason = textAt(proposal, 'reason');
  return [
    subjectLine(textAt(proposal, 'kind'), fieldAt(proposal, 'subject')),
    ...(reason === '' ? [] : [`reason: ${visible(reason)}`]),
    ...proposerLines(proposal),
    acts === ''
      ? `lapses at ${textAt(proposal, 'lapses_at')} unless another administrator approves it`
      : `acts at ${acts} unless it is withdrawn: nobody else could approve it`,
  ];
}

function proposerLines(proposal: unknown): string[] {
  const at = textAt(proposal, 'proposed_at');
  return at === '' ? [] : [`proposed by ${visible(textAt(proposal, 'proposed_by', 'name'))} at ${at}`];
}

function subjectLine(kind: string, subject: unknown): string {
  if (kind === '') return 'something that is shown to those alone who see the whole log';
  if (kind === 'release') return `release hold ${quoted(textAt(subject, 'hold_name'))}`;
  if (kind === 'erase') {
    const parts = itemsAt(subject, 'parts').map((part) => (part === 'particulars' ? 'names' : String(part)));
    return `erase ${parts.join(' and ') || 'a part'} of event ${textAt(subject, 'event_guid') || '(not shown)'}`;
  }
  if (subject === null) return 'keep the events of an organization for a shorter time';
  const organization = textAt(subject, 'organization_guid');
  const rule = fieldAt(subject, 'rule');
  const whose = organization === '' ? 'events' : `the events of organization ${visible(organization)}`;
  if (rule === null) return `keep ${whose} no longer than the policy says`;
  return `keep ${whose} for ${String(fieldAt(rule, 'kept_months'))} months, searchable for ${String(fieldAt(rule, 'searchable_months'))}`;
}

function quoted(name: string): string {
  return name === '' ? '(not shown)' : `"${visible(name)}"`;
}

/** Months out of `30mo` or `6y`. Throws CliFailure (wrong usage) for anything else. */
export function monthsOf(text: string): number {
  const match = /^(\d{1,4})(mo|y)$/.exec(text);
  if (match === null) throw wrongUsage(`"${text}" is no number of months: write 30mo or 6y.`);
  return Number(match[1]) * (match[2] === 'y' ? 12 : 1);
}
