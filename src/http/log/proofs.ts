// `/log/proof/:guid`: the proof that an event stands in the log, for everybody who may see the event, as a file that
// anybody can check offline (C2SP tlog-proof). Each proof that is handed out is itself recorded.
import { AppError } from '../../core/error.ts';
import { type Guid, isGuid } from '../../core/guid.ts';
import { audienceOf } from '../../event/catalog.ts';
import type { LeafPlace } from '../../event/event.ts';
import { readLeaf } from '../../event/leaf.ts';
import { coverOf, headsOf, proofOf } from '../../log/prove.ts';
import { formatProofFile } from '../../merkle/proof-file.ts';
import { everything } from '../../query/ast.ts';
import { narrow } from '../../query/narrow.ts';
import type { Evidence } from '../../store/contract.ts';
import { formatExtra } from '../../verify/evidence.ts';
import { visibilityFor } from '../events.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { uncached } from './checkpoint.ts';

async function proof(call: KnownCall, services: Services): Promise<Answer> {
  const guid = (call.params.guid ?? '').toLowerCase();
  const evidence = isGuid(guid) ? await evidenceOf(call, services, guid) : null;
  if (evidence === null) throw new AppError('ResourceNotFound', ['Event not found']);
  const place = evidence.sealed;
  const head = place === null ? undefined : coverOf(await headsOf(services.log), place);
  if (place === null || head === undefined) throw notYet(place, services);
  const file = await proofOf(services.store, place, head.note);
  await recordProof(call, services, evidence, place);
  return {
    status: 200,
    body: formatProofFile({ ...file, extra: formatExtra(evidence) }),
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${guid}.tlog-proof"`,
      'cache-control': 'private, no-cache',
    },
  };
}

/** What discloses an event that the caller may see; null for one that is not there, or not for the caller. */
export async function evidenceOf(call: KnownCall, services: Services, guid: Guid): Promise<Evidence | null> {
  const query = narrow(everything, await visibilityFor(call, services), 'all', audienceOf);
  return services.store.evidence(query, guid);
}

function notYet(place: LeafPlace | null, { log }: Services): AppError {
  const halted = log.halted();
  if (halted !== null)
    return new AppError('NotSealed', [`The event is not covered by a checkpoint. ${halted}`]);
  const what = place === null ? 'is not sealed yet' : 'is not covered by a published checkpoint yet';
  return new AppError('NotSealed', [`The event ${what}: ask again in a second`], 1);
}

/** Resolves when it is durable. */
async function recordProof(
  { doer }: KnownCall,
  { doors }: Services,
  evidence: Evidence,
  { epoch, index }: LeafPlace,
): Promise<void> {
  const { guid, type } = readLeaf(evidence.entry);
  const target = { type: 'event', guid };
  const happening = { type: 'audit.log.proof', target, targetName: type, data: { epoch, index } };
  await doors.run('note.record', { doer, happening });
}

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/log/proof/:guid',
    dialect: 'api',
    access: 'read',
    summary: 'The proof that an event stands in the log',
    about: {
      tag: 'Log',
      description:
        'A file of C2SP tlog-proof against the published checkpoint. Its extra data is what the event discloses. ' +
        'Events are sealed within a second: before that the answer is 409.',
      response: { mediaType: 'text/plain', schema: { type: 'string' } },
      also: { 409: 'V3Errors' },
    },
    handle: uncached(proof),
  },
];
