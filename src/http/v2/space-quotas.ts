// `/v2/space_quota_definitions`, and to which spaces they apply. The original changes and applies them without an
// event.
import { AppError } from '../../core/error.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { grant } from '../../identity/permit.ts';
import type { Where } from '../../identity/role.ts';
import { equals, type Row } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { readAttributes, requestOf, type Schema } from './attributes.ts';
import { organizationEntity } from './entity/organizations.ts';
import { spaceQuotaEntity } from './entity/space-quotas.ts';
import { spaceEntity } from './entity/spaces.ts';
import { answerMade, answerOne, findOne } from './find.ts';
import { answerRemoved } from './jobs.ts';
import { answerList, listed } from './list.ts';
import { listedRows } from './present.ts';
import { type LimitMember, limitsOf, quotaRequired, quotaSchema } from './quotas.ts';
import { relatedRoute } from './related.ts';
import { v2Route } from './v2-route.ts';

const entity = spaceQuotaEntity;
const creation: Schema = { ...quotaSchema, organization_guid: 'text' };
const required = [...quotaRequired, 'organization_guid'];
const errors = { taken: 'SpaceQuotaDefinitionNameTaken', invalid: 'SpaceQuotaDefinitionInvalid' } as const;

const members: readonly LimitMember[] = [
  'total_services',
  'total_routes',
  'memory_limit',
  'instance_memory_limit',
  'app_instance_limit',
  'app_task_limit',
  'total_service_keys',
  'total_reserved_route_ports',
];

const defaults = { total_service_keys: -1, app_task_limit: 5, total_reserved_route_ports: -1 };

function placeOf(row: Row): Where {
  return { organizationGuid: String(row.organization_guid), spaceGuid: '' };
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
  const attributes = readAttributes(call, creation, required, defaults);
  const { request } = attributes;
  const limits = limitsOf(attributes, members, errors.invalid);
  const organizationGuid = attributes.text('organization_guid') ?? '';
  const where = equals('guid', organizationGuid);
  const [organization] = await services.store.rows(organizationTable, { where, limit: 1 });
  if (organization === undefined) throw new AppError(errors.invalid, ['organization presence']);
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'space_quota.create', { organizationGuid, spaceGuid: '' });
  const input = { name: attributes.text('name') ?? '', limits, appliedTo: [], request, ...errors };
  const { guid } = await services.perform('space_quota.create', permit, call.doer, input);
  return answerMade(call, services, entity, guid);
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, quotaSchema);
  const { request } = attributes;
  const limits = limitsOf(attributes, members, errors.invalid);
  const { standing, guid, row } = await findOne(call, services, entity);
  const permit = grant(standing, 'space_quota.update', placeOf(row));
  const name = attributes.text('name');
  const input = { guid, ...(name === undefined ? {} : { name }), limits, request, ...errors };
  await services.perform('space_quota.update', permit, call.doer, input);
  return answerOne(call, services, entity, guid, 201);
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, row } = await findOne(call, services, entity);
  const permit = grant(standing, 'space_quota.delete', placeOf(row));
  const input = { guid, fromSpaces: true };
  const job = await services.perform('space_quota.delete', permit, call.doer, input);
  return answerRemoved(call, services, job);
}

async function apply(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, row } = await findOne(call, services, entity);
  const permit = grant(standing, 'space_quota.apply', placeOf(row));
  const space = await findOne(call, services, spaceEntity, call.params.space_guid);
  const input = { guid, appliedTo: [space.guid] };
  await services.perform('space_quota.apply', permit, call.doer, input);
  return answerOne(call, services, entity, guid, 201);
}

async function takeOff(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, row } = await findOne(call, services, entity);
  const permit = grant(standing, 'space_quota.remove', placeOf(row));
  const space = await findOne(call, services, spaceEntity, call.params.space_guid);
  if (space.row.quota_guid === guid) {
    const input = { guid, spaceGuid: space.guid };
    await services.perform('space_quota.remove', permit, call.doer, input);
  }
  return { status: 204 };
}

const one = `${entity.path}/:guid`;

export const routes: readonly Route[] = [
  v2Route('GET', entity.path, 'List space quotas', list, listed(entity)),
  v2Route('POST', entity.path, 'Create a space quota', create, requestOf(creation, required)),
  v2Route('GET', one, 'Get a space quota', show),
  v2Route('PUT', one, 'Update a space quota', update, requestOf(quotaSchema)),
  v2Route('DELETE', one, 'Delete a space quota', remove),
  relatedRoute(entity, 'spaces'),
  v2Route('PUT', `${one}/spaces/:space_guid`, 'Apply a quota to a space', apply),
  v2Route('DELETE', `${one}/spaces/:space_guid`, 'Take a quota off a space', takeOff),
  relatedRoute(organizationEntity, 'space_quota_definitions'),
];
