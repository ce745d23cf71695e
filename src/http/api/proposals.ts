// What waits for a second person: approved by another administrator, or withdrawn by any. That something waits is seen
// by everybody (`GET /api/retention`); what exactly, by those who may see the events that it is about.
import { microsText } from '../../core/instant.ts';
import { limits } from '../../core/limits.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere, placesSeen, type Standing } from '../../identity/role.ts';
import { type Proposal, type Subject, subjectTold } from '../../log/proposal.ts';
import { json } from '../openapi/conventions.ts';
import {
  anything,
  flag,
  guid,
  mapOf,
  object,
  orNull,
  type Schema,
  text,
  time,
  word,
} from '../openapi/schema.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { type Body, unprocessable } from '../v3/body.ts';

const hidden = { kind: null, subject: null, reason: null, proposed_at: null, proposed_by: null };

/** A proposal as its reader may see it. */
export function presentProposal(proposal: Proposal, standing: Standing): object {
  const { subject, reason, proposedAt, proposedBy, actsAt, lapsesAt } = proposal;
  const isSeen = maySee(standing, subject);
  const when = { acts_at: actsAt === null ? null : microsText(actsAt), lapses_at: microsText(lapsesAt) };
  // Holds and erasures may be about people who are not to know: others learn that something waits, and until when.
  if (!isSeen && subject.kind !== 'shorten') return { guid: proposal.guid, ...hidden, ...when };
  return {
    guid: proposal.guid,
    kind: subject.kind,
    subject: isSeen ? subjectTold(subject) : null,
    reason: isSeen ? reason : null,
    proposed_at: microsText(proposedAt),
    proposed_by: proposedBy,
    ...when,
  };
}

/** The answer to whoever asked for a change: what waits now, or null where it holds at once. */
export function changed(proposal: Proposal | null, standing: Standing): Answer {
  if (proposal === null) return { status: 200, body: { proposal: null } };
  return { status: 202, body: { proposal: presentProposal(proposal, standing) } };
}

function maySee({ global, ...standing }: Standing, subject: Subject): boolean {
  if (global !== null) return true;
  if (subject.kind !== 'shorten') return false;
  const { organizationGuid } = subject;
  return (
    organizationGuid === '' || placesSeen({ global, ...standing }, 'organization').includes(organizationGuid)
  );
}

async function approve(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'proposal.approve', anywhere);
  const backups = await services.disposer.backups();
  const input = { guid: call.params.guid ?? '', backups };
  const proposal = await services.perform('proposal.approve', permit, call.doer, input);
  const isPurged = proposal.subject.kind !== 'erase' || (await purged(services));
  return { status: 200, body: { proposal: presentProposal(proposal, standing), purged: isPurged } };
}

/** What was erased is erased; that its bytes leave the files may have to wait for somebody who reads. */
async function purged({ store }: Services): Promise<boolean> {
  return store.purge().then(
    () => true,
    () => false,
  );
}

async function withdraw(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'proposal.withdraw', anywhere);
  const input = { guid: call.params.guid ?? '' };
  const proposal = await services.perform('proposal.withdraw', permit, call.doer, input);
  return { status: 200, body: { proposal: presentProposal(proposal, standing) } };
}

/** A reason that must be given. Throws UnprocessableEntity. */
export function readReason(body: Body): string {
  const { reason } = body;
  if (typeof reason !== 'string' || reason.trim() === '')
    throw unprocessable('A reason must be given: reason must be a text.');
  return boundedReason(reason);
}

/** A reason that may be left out: ''. Throws UnprocessableEntity. */
export function readOptionalReason(body: Body): string {
  if (body.reason === undefined) return '';
  if (typeof body.reason !== 'string') throw unprocessable('reason must be a text.');
  return boundedReason(body.reason);
}

function boundedReason(reason: string): string {
  if ([...reason].length <= limits.reasonCharactersMax) return reason;
  throw unprocessable(`A reason has at most ${limits.reasonCharactersMax} characters.`);
}

export const proposalSchema: Schema = object({
  guid: guid('the proposal'),
  kind: orNull(word('What would be done; null for those who may not know', ['shorten', 'release', 'erase'])),
  subject: orNull(mapOf(anything, 'To what; null for those who may not see it')),
  reason: orNull(text('Why')),
  proposed_at: orNull(time('When it was proposed')),
  proposed_by: orNull(object({ guid: text('Guid of the account'), name: text('Its name') })),
  acts_at: orNull(time('When it acts without a second person, because there was none; null: never')),
  lapses_at: time('When it lapses'),
});

export const changeResponse = json(object({ proposal: orNull(proposalSchema) }));

const guidPath = '/api/retention/proposals/:guid';

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: `${guidPath}/approve`,
    dialect: 'api',
    access: 'write',
    summary: 'Approve what another administrator proposed: it is done at once',
    about: {
      tag: 'Retention',
      request: null,
      status: 200,
      response: json(
        object({
          proposal: proposalSchema,
          purged: flag('Whether what was erased has left the files too; otherwise it does so before long'),
        }),
      ),
    },
    handle: approve,
  },
  {
    method: 'POST',
    path: `${guidPath}/withdraw`,
    dialect: 'api',
    access: 'write',
    summary: 'Withdraw a proposal; any administrator may',
    about: {
      tag: 'Retention',
      request: null,
      status: 200,
      response: json(object({ proposal: proposalSchema })),
    },
    handle: withdraw,
  },
];
