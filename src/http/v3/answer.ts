// What answers about single resources have in common: finding what a reader may see, the members that begin every
// resource, to-one relationships, and the 202 that points to a job.
import { AppError } from '../../core/error.ts';
import { secondsText } from '../../core/instant.ts';
import type { Resource } from '../../foundation/table/resource.ts';
import { all, equals, type Row, type RowFilter, type Table } from '../../store/table.ts';
import type { Answer, KnownCall, Services } from '../route.ts';

/** The row of the guid in the path, where the reader may see it; `<noun> not found` (404) otherwise. */
export async function findSeen(
  call: KnownCall,
  services: Services,
  table: Table,
  seen: RowFilter,
  noun: string,
): Promise<Row> {
  const where = all(equals('guid', call.params.guid ?? ''), seen);
  const [row] = await services.store.rows(table, { where, limit: 1 });
  if (row === undefined) throw notFound(noun);
  return row;
}

export function notFound(noun: string): AppError {
  return new AppError('ResourceNotFound', [`${noun} not found`]);
}

/** Members that begin every resource. */
export function head({ guid, createdAt, updatedAt }: Resource) {
  return { guid, created_at: secondsText(createdAt), updated_at: secondsText(updatedAt) };
}

/** Where a relationship points, or null. */
export function related(guid: string | null) {
  return { data: guid === null ? null : { guid } };
}

/** Where a relationship to many points. */
export function relatedMany(guids: readonly string[]) {
  return { data: guids.map((guid) => ({ guid })) };
}

/** 200 with a relationship to many; `related` is where the other resources are listed, if anywhere. */
export function relationshipsAnswer(path: string, guids: readonly string[], related?: string): Answer {
  const links = { self: { href: path }, ...(related === undefined ? {} : { related: { href: related } }) };
  return { status: 200, body: { ...relatedMany(guids), links } };
}

/** 200 with a to-one relationship of a resource. `collection` is where the other resource is found. */
export function relationshipAnswer(path: string, collection: string, guid: string | null): Answer {
  const links = {
    self: { href: path },
    ...(guid === null ? {} : { related: { href: `${collection}/${guid}` } }),
  };
  return { status: 200, body: { ...related(guid), links } };
}

/** 202 with the address of the job, absolute as the command line needs it. */
export function accepted(services: Services, jobGuid: string): Answer {
  return { status: 202, headers: { location: `${services.url}/v3/jobs/${jobGuid}` } };
}
