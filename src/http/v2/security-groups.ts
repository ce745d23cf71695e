// `/v2/security_groups`, which of them hold everywhere (`/v2/config/...`), and which in a space.
import { AppError } from '../../core/error.ts';
import { type Lifecycle, lifecycles } from '../../foundation/table/security-groups.ts';
import { spaceOf } from '../../foundation/table/spaces.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import { all, equals } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { rulesOf, rulesProblems } from '../v3/security-group-body.ts';
import { type Attributes, readAttributes, requestOf, type Schema } from './attributes.ts';
import type { Entity } from './entity/entity.ts';
import { securityGroupEntity } from './entity/security-groups.ts';
import { spaceEntity } from './entity/spaces.ts';
import { answerMade, answerOne, findOne } from './find.ts';
import { answerRemoved } from './jobs.ts';
import { answerList, listed } from './list.ts';
import { listedRows } from './present.ts';
import { relatedRoute } from './related.ts';
import { v2Route } from './v2-route.ts';

const entity = securityGroupEntity;
const changes: Schema = { name: 'text', rules: 'objects' };
const creation: Schema = { ...changes, space_guids: 'guids' };

/** What a creation and a change have in common. Throws SecurityGroupInvalid. */
function wishOf(attributes: Attributes) {
  const { request } = attributes;
  const name = attributes.text('name');
  if (name?.trim() === '') throw new AppError('SecurityGroupInvalid', ['name presence']);
  const [problem] = request.rules === undefined ? [] : rulesProblems(request.rules);
  if (problem !== undefined) throw new AppError('SecurityGroupInvalid', [problem]);
  return {
    ...(name === undefined ? {} : { name }),
    ...(request.rules === undefined ? {} : { rules: rulesOf(request.rules) }),
    request,
    taken: 'SecurityGroupNameTaken',
  } as const;
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const seen = listedRows(entity, await services.standing(call.principal));
  return answerList(call, services, entity, entity.path, seen);
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { guid } = await findOne(call, services, entity);
  return answerOne(call, services, entity, guid);
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, creation, ['name'], { rules: [] });
  const { name = '', rules = [], ...wish } = wishOf(attributes);
  const permit = grant(await services.standing(call.principal), 'security_group.create', anywhere);
  const spaces = { running: attributes.guids('space_guids') ?? [], staging: [] };
  const input = { ...wish, name, rules, spaces, globally: { running: false, staging: false } };
  const { guid } = await services.perform('security_group.create', permit, call.doer, input);
  return answerMade(call, services, entity, guid);
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const wish = wishOf(readAttributes(call, changes));
  const { standing, guid } = await findOne(call, services, entity);
  const permit = grant(standing, 'security_group.update', anywhere);
  const input = { guid, globally: {}, ...wish };
  await services.perform('security_group.update', permit, call.doer, input);
  return answerOne(call, services, entity, guid, 201);
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await findOne(call, services, entity);
  const permit = grant(standing, 'security_group.delete', anywhere);
  const job = await services.perform('security_group.delete', permit, call.doer, { guid });
  return answerRemoved(call, services, job);
}

/** The group and the space of a path, with the place of the space. */
async function findBoth(call: KnownCall, services: Services) {
  const { standing, guid } = await findOne(call, services, entity);
  const { row } = await findOne(call, services, spaceEntity, call.params.space_guid);
  const space = spaceOf(row);
  const where = { organizationGuid: space.organizationGuid, spaceGuid: space.guid };
  return { standing, guid, space, where };
}

function bind(lifecycle: Lifecycle) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const { standing, guid, space, where } = await findBoth(call, services);
    const permit = grant(standing, 'security_group.bind', where);
    const input = { guid, lifecycle, spaceGuids: [space.guid] };
    await services.perform('security_group.bind', permit, call.doer, input);
    return answerOne(call, services, entity, guid, 201);
  };
}

function unbind(lifecycle: Lifecycle) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const { standing, guid, where } = await findBoth(call, services);
    const permit = grant(standing, 'security_group.unbind', where);
    await services.perform('security_group.unbind', permit, call.doer, { guid, lifecycle });
    return { status: 204 };
  };
}

/** Groups that hold everywhere, as a collection of their own. */
function everywhere(lifecycle: Lifecycle): Entity {
  return { ...entity, path: `/v2/config/${lifecycle}_security_groups`, relations: [] };
}

function listEverywhere(lifecycle: Lifecycle) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const groups = everywhere(lifecycle);
    const seen = listedRows(groups, await services.standing(call.principal));
    const where = all(equals(`${lifecycle}_default`, true), seen);
    return answerList(call, services, groups, groups.path, where);
  };
}

function holdEverywhere(lifecycle: Lifecycle, globally: boolean) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const { standing, guid } = await findOne(call, services, entity);
    const permit = grant(standing, 'security_group.update', anywhere);
    const input = { guid, lifecycle, globally };
    await services.perform('security_group.switch', permit, call.doer, input);
    return globally ? answerOne(call, services, everywhere(lifecycle), guid) : { status: 204 };
  };
}

const one = `${entity.path}/:guid`;
const relations = { running: 'spaces', staging: 'staging_spaces' } as const;

function routesFor(lifecycle: Lifecycle): Route[] {
  const groups = everywhere(lifecycle);
  const space = `${one}/${relations[lifecycle]}/:space_guid`;
  const all = `every ${lifecycle} app`;
  return [
    v2Route('GET', groups.path, `List what holds for ${all}`, listEverywhere(lifecycle), listed(groups)),
    v2Route('PUT', `${groups.path}/:guid`, `Let a group hold for ${all}`, holdEverywhere(lifecycle, true)),
    v2Route(
      'DELETE',
      `${groups.path}/:guid`,
      `Let a group no longer hold for ${all}`,
      holdEverywhere(lifecycle, false),
    ),
    relatedRoute(entity, relations[lifecycle]),
    v2Route('PUT', space, `Bind a security group for ${lifecycle} apps`, bind(lifecycle)),
    v2Route('DELETE', space, `Unbind a security group for ${lifecycle} apps`, unbind(lifecycle)),
  ];
}

export const routes: readonly Route[] = [
  v2Route('GET', entity.path, 'List security groups', list, listed(entity)),
  v2Route('POST', entity.path, 'Create a security group', create, requestOf(creation, ['name'])),
  v2Route('GET', one, 'Get a security group', show),
  v2Route('PUT', one, 'Update a security group', update, requestOf(changes)),
  v2Route('DELETE', one, 'Delete a security group', remove),
  ...lifecycles.flatMap(routesFor),
  relatedRoute(spaceEntity, 'security_groups'),
  relatedRoute(spaceEntity, 'staging_security_groups'),
];
