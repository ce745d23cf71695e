// `/v2/events` and `/v2/spaces/:guid/events` (events-api.md, section A). The log cannot be changed: where the
// original lets an admin PUT and DELETE, this answers 405.
import { AppError } from '../../core/error.ts';
import { isGuid } from '../../core/guid.ts';
import { audienceOf } from '../../event/catalog.ts';
import { spaceTable } from '../../foundation/table/spaces.ts';
import { mayRead } from '../../identity/principal.ts';
import { placesSeen } from '../../identity/role.ts';
import { and, everything } from '../../query/ast.ts';
import { narrow } from '../../query/narrow.ts';
import {
  parseV2Events,
  parseV2SpaceEvents,
  type V2Events,
  v2EventsSpec,
  v2SpaceEventsSpec,
} from '../../query/v2-events.ts';
import { equals } from '../../store/table.ts';
import { v2Event, v2Page } from '../../wire/v2.ts';
import { noteRead, readEvents, visibilityFor } from '../events.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';

async function list(call: KnownCall, services: Services): Promise<Answer> {
  return answerList(call, services, parseV2Events(call.query, services.now()));
}

async function listOfSpace(call: KnownCall, services: Services): Promise<Answer> {
  const guid = call.params.guid ?? '';
  const [space] = await services.store.rows(spaceTable, { where: equals('guid', guid), limit: 1 });
  if (space === undefined) throw new AppError('SpaceNotFound', [guid]);
  const standing = await services.standing(call.principal);
  const readable = standing.global !== null || placesSeen(standing, 'space').includes(guid);
  const managed = standing.roles.some(
    (role) => role.type === 'organization_manager' && role.organizationGuid === space.organization_guid,
  );
  if (!readable && !managed) throw new AppError('NotAuthorized');
  const wish = parseV2SpaceEvents(call.query, guid, services.now());
  const inSpace = { kind: 'in', field: 'space', values: [guid] } as const;
  return answerList(call, services, { ...wish, filter: and(inSpace, wish.filter) });
}

async function answerList(call: KnownCall, services: Services, wish: V2Events): Promise<Answer> {
  const { page, links } = await readEvents(call, services, wish);
  const path = (link: { page: number; cursor: string | null } | null): string | null =>
    link === null ? null : wish.link(link.page, link.cursor);
  const envelope = {
    total: page.total,
    totalPages: links.totalPages,
    previous: path(links.previous),
    next: path(links.next),
    orphans: wish.orphans,
  };
  return { status: 200, body: v2Page(envelope, page.events.map(v2Event)) };
}

async function one(call: KnownCall, services: Services): Promise<Answer> {
  const guid = call.params.guid ?? '';
  const visibility = await visibilityFor(call, services);
  const query = narrow(everything, visibility, 'all', audienceOf);
  const found = isGuid(guid)
    ? await services.store.find(query, guid.toLowerCase())
    : { kind: 'unknown' as const };
  if (found.kind === 'unknown') throw new AppError('EventNotFound', [guid]);
  if (!mayRead(call.principal)) throw new AppError('InsufficientScope');
  if (found.kind === 'invisible') throw new AppError('NotAuthorized');
  await noteRead(call, services, 1);
  return { status: 200, body: v2Event(found.event) };
}

function unchangeable(): never {
  throw new AppError('MethodNotAllowed', ['Events are never changed or deleted; they can be read with GET']);
}

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v2/events',
    dialect: 'v2',
    access: 'read',
    summary: 'List events',
    about: { list: v2EventsSpec },
    handle: list,
  },
  {
    method: 'GET',
    path: '/v2/events/:guid',
    dialect: 'v2',
    access: 'token',
    summary: 'Read an event',
    handle: one,
  },
  {
    method: 'GET',
    path: '/v2/spaces/:guid/events',
    dialect: 'v2',
    access: 'read',
    summary: 'List the events of a space',
    about: { list: v2SpaceEventsSpec },
    handle: listOfSpace,
  },
  ...(['PUT', 'DELETE'] as const).map(
    (method): Route => ({
      method,
      path: '/v2/events/:guid',
      dialect: 'v2',
      access: 'token',
      summary: 'Refused: the log cannot be changed',
      handle: unchangeable,
    }),
  ),
];
