// `/v2/users`: those who can have roles, and their roles from the user's side. Only admins change users; whoever may
// take a role away may do so from here too.
import { AppError } from '../../core/error.ts';
import { noMetadataChanges } from '../../foundation/labels.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { spaceTable } from '../../foundation/table/spaces.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere, type RoleType, type Where } from '../../identity/role.ts';
import { equals } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { listsOf, readAttributes, requestOf, type Schema } from './attributes.ts';
import { knowsAllUsers, userEntity, userPlaces } from './entity/users.ts';
import { answerMade, answerOne, findOne } from './find.ts';
import { answerRemoved } from './jobs.ts';
import { answerList, listed } from './list.ts';
import { grantRemoval } from './members.ts';
import { relatedRoute } from './related.ts';
import { summarizeUser } from './user-summary.ts';
import { ownForm, v2Route } from './v2-route.ts';

const entity = userEntity;

const roleLists = {
  space_guids: 'space_developer',
  managed_space_guids: 'space_manager',
  audited_space_guids: 'space_auditor',
  organization_guids: 'organization_user',
  managed_organization_guids: 'organization_manager',
  billing_managed_organization_guids: 'organization_billing_manager',
  audited_organization_guids: 'organization_auditor',
} as const;

const changes: Schema = {
  default_space_guid: 'text',
  space_guids: 'guids',
  managed_space_guids: 'guids',
  audited_space_guids: 'guids',
  organization_guids: 'guids',
  managed_organization_guids: 'guids',
  billing_managed_organization_guids: 'guids',
  audited_organization_guids: 'guids',
};
const creation: Schema = { guid: 'text', ...changes };

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  if (!knowsAllUsers(standing)) throw new AppError('NotAuthorized');
  return answerList(call, services, entity, entity.path, entity.readable(standing));
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { guid } = await findOne(call, services, entity);
  return answerOne(call, services, entity, guid);
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, creation, ['guid']);
  const guid = attributes.text('guid') ?? '';
  if (guid.trim() === '') throw new AppError('UserInvalid', ['guid presence']);
  const permit = grant(await services.standing(call.principal), 'user.create', anywhere);
  const input = {
    user: { guid },
    defaultSpaceGuid: attributes.text('default_space_guid'),
    roles: listsOf(attributes, roleLists),
    taken: 'UaaIdTaken',
    metadata: noMetadataChanges,
    request: attributes.request,
  } as const;
  await services.perform('user.create', permit, call.doer, input);
  return answerMade(call, services, entity, guid);
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, changes);
  const { standing, guid } = await findOne(call, services, entity);
  const permit = grant(standing, 'user.update', anywhere);
  const input = {
    guid,
    defaultSpaceGuid: attributes.text('default_space_guid'),
    roles: listsOf(attributes, roleLists),
    metadata: noMetadataChanges,
    request: attributes.request,
  };
  await services.perform('user.update', permit, call.doer, input);
  return answerOne(call, services, entity, guid, 201);
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await findOne(call, services, entity);
  const permit = grant(standing, 'user.delete', anywhere);
  return answerRemoved(call, services, await services.perform('user.delete', permit, call.doer, { guid }));
}

interface Place {
  readonly noun: 'organization' | 'space';
  readonly where: Where;
}

/** The place that a path names beside the user. Throws OrganizationNotFound, SpaceNotFound. */
async function placeOf(call: KnownCall, { store }: Services, type: RoleType): Promise<Place> {
  const guid = call.params.place_guid ?? '';
  const inSpace = type.startsWith('space');
  const table = inSpace ? spaceTable : organizationTable;
  const [row] = await store.rows(table, { where: equals('guid', guid), limit: 1 });
  if (row === undefined) throw new AppError(inSpace ? 'SpaceNotFound' : 'OrganizationNotFound', [guid]);
  return inSpace
    ? { noun: 'space', where: { organizationGuid: String(row.organization_guid), spaceGuid: guid } }
    : { noun: 'organization', where: { organizationGuid: guid, spaceGuid: '' } };
}

/** Giving a role from the user's side is for those who may change the user. */
async function addRole(call: KnownCall, services: Services, type: RoleType): Promise<Answer> {
  const { standing, guid } = await findOne(call, services, entity);
  grant(standing, 'user.update', anywhere);
  const { noun, where } = await placeOf(call, services, type);
  const permit = grant(standing, `${noun}_role.create`, where);
  await services.perform('member.add', permit, call.doer, { type, user: { guid }, request: {} });
  return answerOne(call, services, entity, guid, 201);
}

async function removeRole(call: KnownCall, services: Services, type: RoleType): Promise<Answer> {
  const { noun, where } = await placeOf(call, services, type);
  const guid = call.params.guid ?? '';
  const permit = grantRemoval(await services.standing(call.principal), noun, where, guid);
  const input = { type, user: { guid }, request: {}, update: null, recursive: false };
  await services.perform('member.remove', permit, call.doer, input);
  return { status: 204 };
}

const collection = entity.path;
const one = `${collection}/:guid`;

const roleRoutes = Object.entries(userPlaces).flatMap(([name, type]) => {
  const path = `${one}/${name}/:place_guid`;
  const role = type.replaceAll('_', ' ');
  return [
    relatedRoute(entity, name),
    v2Route('PUT', path, `Give a user the role of ${role}`, (call, services) =>
      addRole(call, services, type),
    ),
    v2Route('DELETE', path, `Take the role of ${role} from a user`, (call, services) =>
      removeRole(call, services, type),
    ),
  ];
});

export const routes: readonly Route[] = [
  v2Route('GET', collection, 'List users', list, listed(entity)),
  v2Route('POST', collection, 'Create a user', create, requestOf(creation, ['guid'])),
  v2Route('GET', one, 'Get a user', show),
  v2Route('PUT', one, 'Update a user', update, requestOf(changes)),
  v2Route('DELETE', one, 'Delete a user', remove),
  v2Route('GET', `${one}/summary`, 'Get the summary of a user', summarizeUser, ownForm),
  ...roleRoutes,
];
