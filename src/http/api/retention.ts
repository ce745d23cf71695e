// `/api/retention`: for how long events are kept. Everybody with a token may know; administrators change the policy, and
// managers of an organization may have its events kept for longer.
import { microsText } from '../../core/instant.ts';
import { limits } from '../../core/limits.ts';
import type { NewPolicy } from '../../foundation/retention.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere, placesSeen, type Standing } from '../../identity/role.ts';
import { proposalOf } from '../../log/proposal.ts';
import { isPreset, presets, type Rule, readRetention } from '../../log/retention.ts';
import { proposalTable } from '../../log/retention-table.ts';
import { every } from '../../store/table.ts';
import { json } from '../openapi/conventions.ts';
import {
  arrayOf,
  exactly,
  guid,
  object,
  orNull,
  type Schemas,
  text,
  time,
  whole,
  word,
} from '../openapi/schema.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { type Body, readBody, refuse, unknownFields, unprocessable } from '../v3/body.ts';
import { changed, changeResponse, presentProposal, proposalSchema, readOptionalReason } from './proposals.ts';

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const { policy, prolongations } = await readRetention(services.store);
  const proposals = await services.store.rows(proposalTable, {
    where: every,
    order: [{ column: 'proposed_at', direction: 'asc' }],
    limit: limits.proposalsMax,
  });
  const seen = new Set(placesSeen(standing, 'organization'));
  const body = {
    policy: { preset: policy.preset, searchable_months: policy.searchableMonths, ...presentRule(policy) },
    presets: Object.entries(presets).map(([name, { searchableMonths, keptMonths }]) => ({
      name,
      searchable_months: searchableMonths,
      kept_months: keptMonths,
    })),
    prolongations: prolongations
      .filter(({ organizationGuid }) => standing.global !== null || seen.has(organizationGuid))
      .map((one) => ({ organization_guid: one.organizationGuid, ...presentRule(one) })),
    proposals: proposals.map((row) => presentProposal(proposalOf(row), standing)),
  };
  return { status: 200, body };
}

function presentRule({ keptMonths, since, setBy }: Rule): object {
  return { kept_months: keptMonths, since: since === null ? null : microsText(since), set_by: setBy };
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'retention.update', anywhere);
  const input = parsePolicy(readBody(call));
  return changed(await services.perform('retention.update', permit, call.doer, input), standing);
}

function parsePolicy(body: Body): NewPolicy {
  refuse(unknownFields(body, ['preset', 'searchable_months', 'kept_months', 'reason']));
  const reason = readOptionalReason(body);
  const { preset, searchable_months: searchable, kept_months: kept } = body;
  if (preset === undefined) {
    if (searchable === undefined && kept === undefined)
      throw unprocessable('Name a preset, or searchable_months, or kept_months.');
    return {
      ...(searchable !== undefined && { searchableMonths: monthsOf('searchable_months', searchable) }),
      ...(kept !== undefined && { keptMonths: monthsOf('kept_months', kept) }),
      reason,
    };
  }
  if (searchable !== undefined || kept !== undefined)
    throw unprocessable('Name either a preset or months of your own, not both.');
  if (typeof preset === 'string' && isPreset(preset)) return { preset, reason };
  const known = Object.keys(presets).join(', ');
  throw unprocessable(`There is no preset ${JSON.stringify(preset)}. The presets are ${known}.`);
}

async function prolong(call: KnownCall, services: Services): Promise<Answer> {
  const standing: Standing = await services.standing(call.principal);
  const where = { organizationGuid: (call.params.guid ?? '').toLowerCase(), spaceGuid: '' };
  const permit = grant(standing, 'retention.prolong', where);
  const body = readBody(call);
  refuse(unknownFields(body, ['kept_months', 'reason']));
  const { kept_months: kept } = body;
  const input = {
    keptMonths: kept === null ? null : monthsOf('kept_months', kept),
    reason: readOptionalReason(body),
  };
  return changed(await services.perform('retention.prolong', permit, call.doer, input), standing);
}

function monthsOf(member: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw unprocessable(`${member} must be a whole number of months.`);
}

const rule: Schemas = {
  kept_months: whole('Calendar months for which data and names are kept'),
  since: orNull(time('Since when; null: from the beginning of the log')),
  set_by: orNull(object({ guid: text('Guid of whoever set it'), name: text('Their name') })),
};
const searchable = whole('Calendar months for which events are promised to be searchable');
const reason = text('Why', { maxLength: limits.reasonCharactersMax });
const kept = whole('Months to keep events for', { minimum: 1, maximum: limits.keptMonthsMax });
const proposed = { 202: changeResponse };

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/retention',
    dialect: 'api',
    access: 'token',
    summary: 'For how long events are kept, and what is about to change',
    about: {
      tag: 'Retention',
      response: json(
        object({
          policy: object({
            preset: word('Where the months come from', [...Object.keys(presets), 'custom']),
            searchable_months: searchable,
            ...rule,
          }),
          presets: arrayOf(
            object({ name: text('Name'), searchable_months: searchable, kept_months: whole('Months kept') }),
          ),
          prolongations: arrayOf(object({ organization_guid: guid('the organization'), ...rule })),
          proposals: arrayOf(proposalSchema, 'What waits for a second person or for its time'),
        }),
      ),
    },
    handle: show,
  },
  {
    method: 'PUT',
    path: '/api/retention',
    dialect: 'api',
    access: 'write',
    summary: 'Change the policy: longer at once, shorter when a second administrator approves',
    about: {
      tag: 'Retention',
      status: 200,
      request: json(
        exactly(
          {
            preset: word('One of the presets, instead of months', Object.keys(presets)),
            searchable_months: searchable,
            kept_months: kept,
            reason,
          },
          ['preset', 'searchable_months', 'kept_months', 'reason'],
          { examples: [{ preset: 'default' }] },
        ),
      ),
      response: changeResponse,
      also: proposed,
    },
    handle: update,
  },
  {
    method: 'PUT',
    path: '/api/retention/organizations/:guid',
    dialect: 'api',
    access: 'write',
    summary: 'Keep the events of an organization for longer than the policy says',
    about: {
      tag: 'Retention',
      status: 200,
      request: json(
        exactly({ kept_months: orNull(kept), reason }, ['reason'], { examples: [{ kept_months: 72 }] }),
      ),
      response: changeResponse,
      also: proposed,
    },
    handle: prolong,
  },
];
