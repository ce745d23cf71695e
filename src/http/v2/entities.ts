// The one list of V2's nouns: what relations can show and lists can be made of. Each is declared in entity/<noun>.ts.

import { domainEntity, privateDomainEntity, sharedDomainEntity } from './entity/domains.ts';
import type { Entity } from './entity/entity.ts';
import { organizationQuotaEntity } from './entity/organization-quotas.ts';
import { organizationEntity } from './entity/organizations.ts';
import { securityGroupEntity } from './entity/security-groups.ts';
import { spaceQuotaEntity } from './entity/space-quotas.ts';
import { spaceEntity } from './entity/spaces.ts';
import { userEntity } from './entity/users.ts';

const entities: readonly Entity[] = [
  organizationEntity,
  spaceEntity,
  userEntity,
  organizationQuotaEntity,
  spaceQuotaEntity,
  sharedDomainEntity,
  privateDomainEntity,
  domainEntity,
  securityGroupEntity,
];

/** The noun of a collection, where it exists here. */
export function entityAt(path: string): Entity | undefined {
  return entities.find((entity) => entity.path === path);
}
