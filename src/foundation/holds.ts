// Legal holds, made and released. A hold takes one person and holds at once; its release takes two.
import { unprocessable } from '../core/error.ts';
import { microsText } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { type Hold, type HoldScope, holdOf } from '../log/hold.ts';
import { holdIn, type Proposal } from '../log/proposal.ts';
import { holdTable } from '../log/retention-table.ts';
import { every } from '../store/table.ts';
import { operation } from './operation.ts';
import { propose } from './proposals.ts';
import { claim, newRow } from './rows.ts';

export interface NewHold extends HoldScope {
  readonly name: string;
  readonly reason: string;
}

export interface HoldRelease {
  readonly guid: string;
  readonly reason: string;
}

/** hold.create. What is disposed of already does not come back. */
export const createHold = operation<'hold.create', NewHold, Hold>((hands, input) => {
  const { tx, permit, doer } = hands;
  if (tx.count(holdTable, every) >= limits.holdsMax)
    throw unprocessable(`There are ${limits.holdsMax} holds already: join some of them first.`);
  if (input.from !== null && input.until !== null && input.from >= input.until)
    throw unprocessable('A hold must begin before it ends.');
  const { guid, created_at } = newRow(hands);
  const row = {
    guid,
    name: input.name,
    reason: input.reason,
    organization_guid: input.organizationGuid,
    space_guid: input.spaceGuid,
    actor_guid: input.actorGuid,
    target_guid: input.targetGuid,
    types: JSON.stringify(input.types),
    occurred_from: input.from,
    occurred_until: input.until,
    created_at,
    created_by: permit.userGuid,
    created_by_name: doer.username ?? '',
  };
  claim(`There is a hold "${input.name}" already.`, () => tx.insert(holdTable, row));
  const target = { type: 'hold', guid };
  const data = { reason: input.reason, scope: scopeTold(input) };
  const event = { type: 'audit.log.hold_create', target, targetName: input.name, data };
  return { events: [event], result: holdOf(row) };
});

/** hold.release: proposed, for somebody else to approve. */
export const releaseHold = operation<'hold.release', HoldRelease, Proposal>((hands, { guid, reason }) => {
  const { name } = holdIn(hands.tx, guid);
  return propose(hands, { kind: 'release', holdGuid: guid, holdName: name }, reason);
});

/** A hold's conditions as events and answers tell them: those that it has. */
export function scopeTold(scope: HoldScope): object {
  const { organizationGuid, spaceGuid, actorGuid, targetGuid, types, from, until } = scope;
  return {
    ...(organizationGuid !== '' && { organization_guid: organizationGuid }),
    ...(spaceGuid !== '' && { space_guid: spaceGuid }),
    ...(actorGuid !== '' && { actor_guid: actorGuid }),
    ...(targetGuid !== '' && { target_guid: targetGuid }),
    ...(types.length > 0 && { types }),
    ...(from !== null && { from: microsText(from) }),
    ...(until !== null && { until: microsText(until) }),
  };
}
