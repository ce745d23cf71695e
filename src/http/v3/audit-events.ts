// `/v3/audit_events` (events-api.md, section B): read only.
import { AppError } from '../../core/error.ts';
import { isGuid } from '../../core/guid.ts';
import { audienceOf } from '../../event/catalog.ts';
import { everything } from '../../query/ast.ts';
import { narrow } from '../../query/narrow.ts';
import { parseV3Events, v3EventsSpec } from '../../query/v3-events.ts';
import { v3Event, v3Page } from '../../wire/v3.ts';
import { noteRead, pageEnvelope, readEvents, visibilityFor } from '../events.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const wish = parseV3Events(call.query);
  const { page, links } = await readEvents(call, services, wish);
  const resources = page.events.map((event) => v3Event(event, services.url));
  return { status: 200, body: v3Page(pageEnvelope(wish, services.url, page, links), resources) };
}

async function one(call: KnownCall, services: Services): Promise<Answer> {
  const guid = call.params.guid ?? '';
  const query = narrow(everything, await visibilityFor(call, services), 'all', audienceOf);
  const found = isGuid(guid)
    ? await services.store.find(query, guid.toLowerCase())
    : { kind: 'unknown' as const };
  if (found.kind !== 'event') throw new AppError('ResourceNotFound', ['Event not found']);
  await noteRead(call, services, 1);
  return { status: 200, body: v3Event(found.event, services.url) };
}

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v3/audit_events',
    dialect: 'v3',
    access: 'read',
    summary: 'List audit events',
    about: { list: v3EventsSpec },
    handle: list,
  },
  {
    method: 'GET',
    path: '/v3/audit_events/:guid',
    dialect: 'v3',
    access: 'read',
    summary: 'Read an audit event',
    handle: one,
  },
];
