// `/v2/quota_definitions`: everybody reads them, admins change them. The original changes them without an event.
import { AppError } from '../../core/error.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import { equals, every } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { readAttributes, requestOf, type Schema } from './attributes.ts';
import { organizationQuotaEntity } from './entity/organization-quotas.ts';
import { answerMade, answerOne, findOne } from './find.ts';
import { answerRemoved } from './jobs.ts';
import { answerList, listed } from './list.ts';
import { type LimitMember, limitsOf, quotaRequired, quotaSchema } from './quotas.ts';
import { v2Route } from './v2-route.ts';

const entity = organizationQuotaEntity;
const schema: Schema = { ...quotaSchema, total_private_domains: 'integer' };
const errors = { taken: 'QuotaDefinitionNameTaken', invalid: 'QuotaDefinitionInvalid' } as const;

const members: readonly LimitMember[] = [
  'total_services',
  'total_routes',
  'total_private_domains',
  'memory_limit',
  'instance_memory_limit',
  'app_instance_limit',
  'app_task_limit',
  'total_service_keys',
  'total_reserved_route_ports',
];

const defaults = {
  total_service_keys: -1,
  total_private_domains: -1,
  instance_memory_limit: -1,
  app_instance_limit: -1,
  app_task_limit: -1,
  total_reserved_route_ports: 0,
};

async function list(call: KnownCall, services: Services): Promise<Answer> {
  return answerList(call, services, entity, entity.path, every);
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { guid } = await findOne(call, services, entity);
  return answerOne(call, services, entity, guid);
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, schema, quotaRequired, defaults);
  const { request } = attributes;
  const limits = limitsOf(attributes, members, errors.invalid);
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'organization_quota.create', anywhere);
  const input = { name: attributes.text('name') ?? '', limits, appliedTo: [], request, ...errors };
  const { guid } = await services.perform('organization_quota.create', permit, call.doer, input);
  return answerMade(call, services, entity, guid);
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, schema);
  const { request } = attributes;
  const limits = limitsOf(attributes, members, errors.invalid);
  const { standing, guid } = await findOne(call, services, entity);
  const permit = grant(standing, 'organization_quota.update', anywhere);
  const name = attributes.text('name');
  const input = { guid, ...(name === undefined ? {} : { name }), limits, request, ...errors };
  await services.perform('organization_quota.update', permit, call.doer, input);
  return answerOne(call, services, entity, guid, 201);
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await findOne(call, services, entity);
  const permit = grant(standing, 'organization_quota.delete', anywhere);
  const where = equals('quota_guid', guid);
  const [organization] = await services.store.rows(organizationTable, { where, limit: 1 });
  if (organization !== undefined)
    throw new AppError('AssociationNotEmpty', ['organization', 'quota definition']);
  const job = await services.perform('organization_quota.delete', permit, call.doer, { guid });
  return answerRemoved(call, services, job);
}

const one = `${entity.path}/:guid`;

export const routes: readonly Route[] = [
  v2Route('GET', entity.path, 'List organization quotas', list, listed(entity)),
  v2Route('POST', entity.path, 'Create an organization quota', create, requestOf(schema, quotaRequired)),
  v2Route('GET', one, 'Get an organization quota', show),
  v2Route('PUT', one, 'Update an organization quota', update, requestOf(schema)),
  v2Route('DELETE', one, 'Delete an organization quota', remove),
];
