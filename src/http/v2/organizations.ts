// `/v2/organizations`: what is asked, what is answered. Who has which role there stands in members.ts.
import { AppError } from '../../core/error.ts';
import { noMetadataChanges } from '../../foundation/labels.ts';
import { spacesSeen } from '../../foundation/sight.ts';
import { organizationOf } from '../../foundation/table/organizations.ts';
import { spaceTable } from '../../foundation/table/spaces.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere, type Where } from '../../identity/role.ts';
import { all, equals } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import {
  type Attributes,
  checkedName,
  listsOf,
  readAttributes,
  requestOf,
  type Schema,
} from './attributes.ts';
import { privateDomainEntity } from './entity/domains.ts';
import { organizationEntity, statusOf } from './entity/organizations.ts';
import { answerMade, answerOne, type Found, findOne } from './find.ts';
import { answerRemoved, flagOf } from './jobs.ts';
import { answerList, listed } from './list.ts';
import { emptyRelatedRoute, relatedRoute } from './related.ts';
import { ownForm, v2Route } from './v2-route.ts';

const entity = organizationEntity;

const memberLists = {
  user_guids: 'organization_user',
  manager_guids: 'organization_manager',
  billing_manager_guids: 'organization_billing_manager',
  auditor_guids: 'organization_auditor',
} as const;

const creation: Schema = {
  name: 'text',
  billing_enabled: 'boolean',
  status: 'text',
  quota_definition_guid: 'text',
  user_guids: 'guids',
  manager_guids: 'guids',
  billing_manager_guids: 'guids',
  auditor_guids: 'guids',
};
const changes: Schema = { ...creation, default_isolation_segment_guid: 'text' };
const defaults = { billing_enabled: false, status: 'active' };

/** What a creation and a change have in common. Throws OrganizationInvalid. */
function wishOf(attributes: Attributes) {
  const name = checkedName(attributes.text('name'), 'OrganizationInvalid');
  const status = attributes.text('status');
  const isStatus = status === undefined || status === 'active' || status === 'suspended';
  if (!isStatus) throw new AppError('OrganizationInvalid', ['status inclusion']);
  return {
    name,
    suspended: status === undefined ? undefined : status === 'suspended',
    billingEnabled: attributes.boolean('billing_enabled'),
    quotaGuid: attributes.text('quota_definition_guid'),
    members: listsOf(attributes, memberLists),
    taken: 'OrganizationNameTaken',
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
  const attributes = readAttributes(call, creation, ['name'], defaults);
  const { name = '', suspended = false, ...wish } = wishOf(attributes);
  const standing = await services.standing(call.principal);
  const action = standing.global === 'admin' ? 'organization.create' : 'organization.create_own';
  const permit = grant(standing, action, anywhere);
  const input = { ...wish, name, suspended };
  const { resource } = await services.perform('organization.create', permit, call.doer, input);
  return answerMade(call, services, entity, resource.guid);
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, changes);
  const wish = wishOf(attributes);
  const { standing, guid } = await findOne(call, services, entity);
  const { suspended, billingEnabled, quotaGuid } = wish;
  const platformsMatter = [suspended, billingEnabled, quotaGuid].some((value) => value !== undefined);
  const action = platformsMatter ? 'organization.suspend' : 'organization.update';
  const permit = grant(standing, action, placeOf(guid));
  const input = { ...wish, defaultSegmentGuid: attributes.text('default_isolation_segment_guid') };
  await services.perform('organization.update', permit, call.doer, input);
  return answerOne(call, services, entity, guid, 201);
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await findOne(call, services, entity);
  const permit = grant(standing, 'organization.delete', placeOf(guid));
  const input = { recursive: flagOf(call, 'recursive'), request: null, queued: flagOf(call, 'async') };
  const job = await services.perform('organization.delete', permit, call.doer, input);
  return answerRemoved(call, services, job);
}

/** The original takes the segment away without an event. */
async function clearSegment(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await findOne(call, services, entity);
  const permit = grant(standing, 'organization.isolate', placeOf(guid));
  const input = { segmentGuid: null, request: { data: null } };
  await services.perform('organization.isolate', permit, call.doer, input);
  return answerOne(call, services, entity, guid);
}

/** A space stays where it was made: what can be asked for here is what is so already, and is told of. */
async function addSpace(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await findOne(call, services, entity);
  const permit = grant(standing, 'organization.update', placeOf(guid));
  const related = call.params.space_guid ?? '';
  const where = equals('guid', related);
  const [space] = await services.store.rows(spaceTable, { where, limit: 1 });
  if (space === undefined) throw new AppError('SpaceNotFound', [related]);
  if (space.organization_guid !== guid) throw new AppError('OrganizationAlreadySet');
  const request = { space: related, verb: 'add', relation: 'spaces', related_guid: related };
  const input = { metadata: noMetadataChanges, request };
  await services.perform('organization.update', permit, call.doer, input);
  return answerOne(call, services, entity, guid, 201);
}

/** The organization and the private domain of a path. */
async function findDomain(call: KnownCall, services: Services) {
  const { standing, guid } = await findOne(call, services, entity);
  const { row } = await findOne(call, services, privateDomainEntity, call.params.domain_guid);
  return { standing, guid, domain: { guid: String(row.guid), owner: String(row.organization_guid) } };
}

/** The right to share is that of the owner's managers; the original shares without an event. */
async function shareDomain(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, domain } = await findDomain(call, services);
  const permit = grant(standing, 'domain.share', placeOf(domain.owner));
  const input = { guid: domain.guid, organizationGuids: [guid] };
  await services.perform('domain.share', permit, call.doer, input);
  return answerOne(call, services, entity, guid, 201);
}

async function unshareDomain(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, domain } = await findDomain(call, services);
  const permit = grant(standing, 'domain.unshare', placeOf(guid));
  const related = { private_domain: domain.guid, related_guid: domain.guid };
  const update = { ...related, verb: 'remove', relation: 'private_domains' };
  const input = { guid: domain.guid, organizationGuid: guid, update };
  await services.perform('domain.unshare', permit, call.doer, input);
  return { status: 204 };
}

/** Nothing runs here yet, so that every figure is 0. */
async function summarize(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, row } = await findOne(call, services, entity);
  const where = all(equals('organization_guid', guid), spacesSeen(standing));
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  const spaces = await services.store.rows(spaceTable, { where, order });
  const nothing = { service_count: 0, app_count: 0, mem_dev_total: 0, mem_prod_total: 0 };
  const organization = organizationOf(row);
  const body = {
    guid,
    name: organization.name,
    status: statusOf(organization),
    spaces: spaces.map((space) => ({ guid: space.guid, name: space.name, ...nothing })),
  };
  return { status: 200, body };
}

function usage(figure: string) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    await findOne(call, services, entity);
    return { status: 200, body: { [figure]: 0 } };
  };
}

function placeOf(guid: Found['guid']): Where {
  return { organizationGuid: guid, spaceGuid: '' };
}

const collection = entity.path;
const one = `${collection}/:guid`;
const privateDomain = `${one}/private_domains/:domain_guid`;

export const routes: readonly Route[] = [
  v2Route('GET', collection, 'List organizations', list, listed(entity)),
  v2Route('POST', collection, 'Create an organization', create, requestOf(creation, ['name'])),
  v2Route('GET', one, 'Get an organization', show),
  v2Route('PUT', one, 'Update an organization', update, requestOf(changes)),
  v2Route('DELETE', one, 'Delete an organization', remove),
  v2Route('GET', `${one}/summary`, 'Get the summary of an organization', summarize, ownForm),
  v2Route(
    'GET',
    `${one}/memory_usage`,
    'Get how much memory an organization uses',
    usage('memory_usage_in_mb'),
    ownForm,
  ),
  v2Route(
    'GET',
    `${one}/instance_usage`,
    'Get how many instances an organization runs',
    usage('instance_usage'),
    ownForm,
  ),
  relatedRoute(entity, 'spaces'),
  emptyRelatedRoute(entity, 'services'),
  v2Route('PUT', `${one}/spaces/:space_guid`, 'Add a space that the organization has already', addSpace),
  v2Route('PUT', privateDomain, 'Share a private domain with an organization', shareDomain),
  v2Route('DELETE', privateDomain, 'Stop sharing a private domain with an organization', unshareDomain),
  v2Route(
    'DELETE',
    `${one}/default_isolation_segment`,
    'Take the default isolation segment of an organization away',
    clearSegment,
  ),
];
