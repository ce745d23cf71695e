// `/v2/shared_domains`, `/v2/private_domains`, and `/v2/domains`, which came before both.
import { AppError } from '../../core/error.ts';
import { noMetadataChanges } from '../../foundation/labels.ts';
import { grant } from '../../identity/permit.ts';
import type { Where } from '../../identity/role.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { nameProblems } from '../v3/domain-body.ts';
import { type Attributes, readAttributes, requestOf, type Schema } from './attributes.ts';
import { domainEntity, privateDomainEntity, sharedDomainEntity } from './entity/domains.ts';
import type { Entity } from './entity/entity.ts';
import { organizationEntity } from './entity/organizations.ts';
import { spaceEntity } from './entity/spaces.ts';
import { answerMade, answerOne, findOne } from './find.ts';
import { answerRemoved } from './jobs.ts';
import { answerList, listed } from './list.ts';
import { listedRows } from './present.ts';
import { relatedRoute } from './related.ts';
import { v2Route } from './v2-route.ts';

const sharedSchema: Schema = { name: 'text', internal: 'boolean', router_group_guid: 'text' };
const privateSchema: Schema = { name: 'text', owning_organization_guid: 'text' };
const privateRequired = ['name', 'owning_organization_guid'];

/** What both kinds of domains are made of. Throws DomainInvalid. */
function wishOf(attributes: Attributes) {
  const name = (attributes.text('name') ?? '').trim();
  const [problem] = nameProblems(name);
  if (problem !== undefined) throw new AppError('DomainInvalid', [problem]);
  const { request } = attributes;
  return { name, sharedWith: [], metadata: noMetadataChanges, request, taken: 'DomainNameTaken' } as const;
}

async function createShared(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, sharedSchema, ['name']);
  const group = attributes.text('router_group_guid');
  if (group !== undefined) throw new AppError('DomainInvalid', [`router group guid '${group}' not found`]);
  const input = { ...wishOf(attributes), internal: attributes.boolean('internal') === true };
  const permit = grant(await services.standing(call.principal), 'domain.create', at(''));
  const { resource } = await services.perform('domain.create', permit, call.doer, input);
  return answerMade(call, services, sharedDomainEntity, resource.guid);
}

async function createPrivate(call: KnownCall, services: Services): Promise<Answer> {
  const attributes = readAttributes(call, privateSchema, privateRequired);
  const input = { ...wishOf(attributes), internal: false };
  const owner = attributes.text('owning_organization_guid') ?? '';
  const { standing, guid } = await findOne(call, services, organizationEntity, owner);
  const permit = grant(standing, 'domain.create', at(guid));
  const { resource } = await services.perform('domain.create', permit, call.doer, input);
  return answerMade(call, services, privateDomainEntity, resource.guid);
}

function at(organizationGuid: string): Where {
  return { organizationGuid, spaceGuid: '' };
}

function listOf(entity: Entity) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const seen = listedRows(entity, await services.standing(call.principal));
    return answerList(call, services, entity, entity.path, seen);
  };
}

function showOf(entity: Entity) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const { guid } = await findOne(call, services, entity);
    return answerOne(call, services, entity, guid);
  };
}

function removeOf(entity: Entity) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const { standing, guid, row } = await findOne(call, services, entity);
    const permit = grant(standing, 'domain.delete', at(String(row.organization_guid)));
    return answerRemoved(
      call,
      services,
      await services.perform('domain.delete', permit, call.doer, { guid }),
    );
  };
}

/** What every one of the three collections answers. */
function routesOf(entity: Entity, noun: string): Route[] {
  return [
    v2Route('GET', entity.path, `List ${noun}s`, listOf(entity), listed(entity)),
    v2Route('GET', `${entity.path}/:guid`, `Get a ${noun}`, showOf(entity)),
    v2Route('DELETE', `${entity.path}/:guid`, `Delete a ${noun}`, removeOf(entity)),
  ];
}

export const routes: readonly Route[] = [
  ...routesOf(sharedDomainEntity, 'shared domain'),
  ...routesOf(privateDomainEntity, 'private domain'),
  ...routesOf(domainEntity, 'domain'),
  v2Route(
    'POST',
    sharedDomainEntity.path,
    'Create a shared domain',
    createShared,
    requestOf(sharedSchema, ['name']),
  ),
  v2Route(
    'POST',
    privateDomainEntity.path,
    'Create a private domain',
    createPrivate,
    requestOf(privateSchema, privateRequired),
  ),
  relatedRoute(privateDomainEntity, 'shared_organizations'),
  relatedRoute(organizationEntity, 'private_domains'),
  relatedRoute(organizationEntity, 'domains'),
  relatedRoute(spaceEntity, 'domains'),
];
