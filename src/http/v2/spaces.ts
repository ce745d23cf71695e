// `/v2/spaces`: what is asked, what is answered. Who has which role there stands in members.ts.
import { AppError } from '../../core/error.ts';
import { noMetadataChanges } from '../../foundation/labels.ts';
import { unrelated } from '../../foundation/member-lists.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { type Lifecycle, lifecycles } from '../../foundation/table/security-groups.ts';
import { grant } from '../../identity/permit.ts';
import type { Where } from '../../identity/role.ts';
import { equals, type Row } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import {
  type Attributes,
  checkedName,
  listsOf,
  readAttributes,
  requestOf,
  type Schema,
} from './attributes.ts';
import { securityGroupEntity } from './entity/security-groups.ts';
import { spaceEntity } from './entity/spaces.ts';
import { answerMade, answerOne, findOne } from './find.ts';
import { answerRemoved } from './jobs.ts';
import { answerList, listed } from './list.ts';
import { emptyRelatedRoute } from './related.ts';
import { ownForm, v2Route } from './v2-route.ts';

const entity = spaceEntity;

const memberLists = {
  developer_guids: 'space_developer',
  manager_guids: 'space_manager',
  auditor_guids: 'space_auditor',
} as const;

const changes: Schema = {
  name: 'text',
  allow_ssh: 'boolean',
  isolation_segment_guid: 'text',
  organization_guid: 'text',
  developer_guids: 'guids',
  manager_guids: 'guids',
  auditor_guids: 'guids',
};
const creation: Schema = { ...changes, space_quota_definition_guid: 'text' };
const required = ['name', 'organization_guid'];

/** What a creation and a change have in common. Throws SpaceInvalid. */
function wishOf(attributes: Attributes) {
  return {
    name: checkedName(attributes.text('name'), 'SpaceInvalid'),
    allowSsh: attributes.boolean('allow_ssh'),
    segmentGuid: attributes.text('isolation_segment_guid'),
    members: listsOf(attributes, memberLists),
    taken: 'SpaceNameTaken',
    metadata: noMetadataChanges,
    request: attributes.request,
  } as const;
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const seen = entity.readable(await services.standing(call.principal));
  return answerList(call, services, entity, entity.path, seen);
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { guid } = await findOne(call, services, entity);
  return answerOne(call, services, entity, guid);
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, creation, required, { allow_ssh: true });
  const { name = '', ...wish } = wishOf(attributes);
  const organizationGuid = attributes.text('organization_guid') ?? '';
  const where = equals('guid', organizationGuid);
  const [organization] = await services.store.rows(organizationTable, { where, limit: 1 });
  if (organization === undefined) throw unrelated('Organization', organizationGuid);
  const place = { organizationGuid, spaceGuid: '' };
  const permit = grant(await services.standing(call.principal), 'space.create', place);
  const input = { ...wish, name, quotaGuid: attributes.text('space_quota_definition_guid') };
  const { resource } = await services.perform('space.create', permit, call.doer, input);
  return answerMade(call, services, entity, resource.guid);
}

/** Whose segment it is to be is the matter of those who manage the organization. */
async function update(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, changes);
  const wish = wishOf(attributes);
  const { standing, guid, row } = await findOne(call, services, entity);
  const action = wish.segmentGuid === undefined ? 'space.update' : 'space.isolate';
  const permit = grant(standing, action, placeOf(row));
  const organizationGuid = attributes.text('organization_guid') ?? row.organization_guid;
  if (organizationGuid !== row.organization_guid) throw new AppError('OrganizationAlreadySet');
  await services.perform('space.update', permit, call.doer, wish);
  return answerOne(call, services, entity, guid, 201);
}

/** Apps and services, which alone would keep a space from being deleted, do not exist here yet. */
async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, row } = await findOne(call, services, entity);
  const permit = grant(standing, 'space.delete', placeOf(row));
  return answerRemoved(call, services, await services.perform('space.delete', permit, call.doer, {}));
}

/** The original takes the segment away without an event. */
async function clearSegment(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, row } = await findOne(call, services, entity);
  const permit = grant(standing, 'space.isolate', placeOf(row));
  const input = { segmentGuid: null, request: { data: null } };
  await services.perform('space.isolate', permit, call.doer, input);
  return answerOne(call, services, entity, guid);
}

const groupRelations = { running: 'security_groups', staging: 'staging_security_groups' } as const;

/** Security groups from the side of a space: the same as from theirs, and an update of the space besides. */
function relateGroup(lifecycle: Lifecycle, verb: 'add' | 'remove') {
  const relation = groupRelations[lifecycle];
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const { standing, guid, row } = await findOne(call, services, entity);
    const group = await findOne(call, services, securityGroupEntity, call.params.group_guid);
    const related = { [relation.slice(0, -1)]: group.guid, related_guid: group.guid };
    const input = { guid: group.guid, lifecycle, update: { ...related, verb, relation } };
    if (verb === 'add') {
      const permit = grant(standing, 'security_group.bind', placeOf(row));
      const binding = { ...input, spaceGuids: [guid] };
      await services.perform('security_group.bind', permit, call.doer, binding);
      return answerOne(call, services, entity, guid, 201);
    }
    const permit = grant(standing, 'security_group.unbind', placeOf(row));
    await services.perform('security_group.unbind', permit, call.doer, input);
    return { status: 204 };
  };
}

function groupRoutes(lifecycle: Lifecycle): Route[] {
  const path = `${one}/${groupRelations[lifecycle]}/:group_guid`;
  const about = `of a space for ${lifecycle} apps`;
  return [
    v2Route('PUT', path, `Add a security group ${about}`, relateGroup(lifecycle, 'add')),
    v2Route('DELETE', path, `Remove a security group ${about}`, relateGroup(lifecycle, 'remove')),
  ];
}

/** No route exists here yet, so that there is none to delete. */
async function removeUnmappedRoutes(call: KnownCall, services: Services): Promise<Answer> {
  await findOne(call, services, entity);
  return { status: 204 };
}

async function summarize(call: KnownCall, services: Services): Promise<Answer> {
  const { guid, row } = await findOne(call, services, entity);
  return { status: 200, body: { guid, name: row.name, apps: [], services: [] } };
}

function placeOf(row: Row): Where {
  return { organizationGuid: String(row.organization_guid), spaceGuid: String(row.guid) };
}

const collection = entity.path;
const one = `${collection}/:guid`;

export const routes: readonly Route[] = [
  v2Route('GET', collection, 'List spaces', list, listed(entity)),
  v2Route('POST', collection, 'Create a space', create, requestOf(creation, required)),
  v2Route('GET', one, 'Get a space', show),
  v2Route('PUT', one, 'Update a space', update, requestOf(changes)),
  v2Route('DELETE', one, 'Delete a space', remove),
  v2Route('GET', `${one}/summary`, 'Get the summary of a space', summarize, ownForm),
  v2Route('DELETE', `${one}/isolation_segment`, 'Take the isolation segment of a space away', clearSegment),
  ...lifecycles.flatMap(groupRoutes),
  v2Route('DELETE', `${one}/unmapped_routes`, 'Delete the routes of no app: none here', removeUnmappedRoutes),
  emptyRelatedRoute(entity, 'apps'),
  emptyRelatedRoute(entity, 'routes'),
  emptyRelatedRoute(entity, 'services'),
  emptyRelatedRoute(entity, 'service_instances'),
];
