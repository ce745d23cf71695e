// Domains, changed. A permit is for the organization that owns the domain, and for nowhere where the domain is
// shared. No two domains may claim the same names for different owners.
import { AppError, type ErrorName, unprocessable } from '../core/error.ts';
import { type Action, allowed } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { equals, type Row } from '../store/table.ts';
import { requireFlag } from './feature-flags.ts';
import { finishedJob } from './jobs.ts';
import { changeMetadata, type MetadataChanges, removeMetadata } from './labels.ts';
import { type Hands, operation } from './operation.ts';
import { quotaOfOrganization } from './organization-quotas.ts';
import { claim, foldName, nameTaken, newRow } from './rows.ts';
import { standingOf } from './sight.ts';
import { activeOrganization } from './suspension.ts';
import { type Domain, domainOf, domainShareTable, domainTable } from './table/domains.ts';
import type { Labelled } from './table/labels.ts';
import { type Organization, organizationOf, organizationTable } from './table/organizations.ts';

export interface NewDomain {
  readonly name: string;
  readonly internal: boolean;
  /** Guids of the organizations with which a private domain is shared at once. */
  readonly sharedWith: readonly string[];
  readonly metadata: MetadataChanges;
  /** The body as it was sent: what the event holds. */
  readonly request: object;
  /** The error for a name that is taken, where it is not V3's. */
  readonly taken?: ErrorName;
}

export interface DomainChanges {
  readonly guid: string;
  readonly metadata: MetadataChanges;
  readonly request: object;
}

export interface DomainShares {
  readonly guid: string;
  readonly organizationGuids: readonly string[];
}

export interface DomainShare {
  readonly guid: string;
  readonly organizationGuid: string;
  /** What V2's event of the organization holds: the one trace that the original has. */
  readonly update?: object;
}

export interface DomainGuid {
  readonly guid: string;
}

/** domain.create: a private domain of the organization that the permit is for, else a shared one. */
export const createDomain = operation<'domain.create', NewDomain, Labelled<Domain>>((hands, input) => {
  const { tx, permit } = hands;
  const { organizationGuid } = permit.where;
  checkOwner(hands);
  if (organizationGuid !== '') requireFlag(hands, 'private_domain_creation');
  const friends = organizationsToShareWith(hands, input.sharedWith, organizationGuid);
  const { name, internal } = input;
  const row = {
    ...newRow(hands),
    name,
    folded_name: foldName(name),
    internal,
    organization_guid: organizationGuid,
  };
  const taken = nameTaken(`The domain name "${name}" is already in use`, input.taken, name);
  claim(taken, () => tx.insert(domainTable, row));
  const resource = domainOf(row);
  checkOverlap(tx, resource);
  if (organizationGuid !== '') checkQuota(tx, organizationGuid);
  const made = domainEvent('create', resource, { request: input.request });
  const shared = friends.map((organization) => share(tx, resource, organization));
  const metadata = changeMetadata(tx, 'domain', row.guid, input.metadata);
  return { events: [made, ...shared], result: { resource, metadata } };
});

/** domain.update: labels and annotations are all that can change. */
export const updateDomain = operation<'domain.update', DomainChanges, Labelled<Domain>>(
  (hands, { guid, metadata, request }) => {
    const { tx, at } = hands;
    checkOwner(hands);
    domainHere(hands, guid);
    tx.update(domainTable, { guid }, { updated_at: at });
    const resource = domainHere(hands, guid);
    const events = [domainEvent('update', resource, { request })];
    return { events, result: { resource, metadata: changeMetadata(tx, 'domain', guid, metadata) } };
  },
);

/** domain.delete, where it is shared with no other organization. Answers the guid of the finished job. */
export const deleteDomain = operation<'domain.delete', DomainGuid, string>((hands, { guid }) => {
  const { tx } = hands;
  checkOwner(hands);
  const domain = domainHere(hands, guid);
  if (tx.count(domainShareTable, equals('domain_guid', guid)) > 0) {
    const text = 'This domain is shared with other organizations. Unshare before deleting.';
    throw unprocessable(text);
  }
  return { events: [removeDomain(tx, domain)], result: finishedJob(hands, 'domain.delete') };
});

/** domain.share: only what was not shared with an organization already is told of. */
export const shareDomain = operation<'domain.share', DomainShares, Domain>(
  (hands, { guid, organizationGuids }) => {
    const { tx } = hands;
    checkOwner(hands);
    const domain = domainHere(hands, guid);
    const friends = organizationsToShareWith(hands, organizationGuids, domain.organizationGuid);
    if (domain.organizationGuid === '') {
      const text =
        'Domains cannot be shared with other organizations unless they are scoped to an organization.';
      throw unprocessable(text);
    }
    const news = friends.filter((friend) => !isShared(tx, guid, friend.guid));
    return { events: news.map((organization) => share(tx, domain, organization)), result: domain };
  },
);

/** domain.unshare, asked for by either side: the permit is for the owner or for the organization itself. */
export const unshareDomain = operation<'domain.unshare', DomainShare, null>(
  (hands, { guid, organizationGuid, update }) => {
    const { tx, permit } = hands;
    checkOwner(hands);
    const organization = activeOrganizationOf(hands, organizationGuid);
    const domain = domainAt(tx, { guid });
    const sides = [domain.organizationGuid, organizationGuid];
    if (!sides.includes(permit.where.organizationGuid))
      throw new AppError('ResourceNotFound', ['Domain not found']);
    if (!isShared(tx, guid, organizationGuid)) {
      const text = `Unable to unshare domain from organization with name '${organization.name}'.`;
      throw unprocessable(`${text} Ensure the domain is shared to this organization.`);
    }
    const updates = update === undefined ? [] : [organizationUpdate(organization, update)];
    return { events: [unshare(tx, domain, organizationGuid), ...updates], result: null };
  },
);

/** Removes what an organization that is being deleted owns or shares, and tells of each. */
export function removeDomainsOf(tx: Transaction, organizationGuid: string): Happening[] {
  const where = equals('organization_guid', organizationGuid);
  const borrowed = tx.find(domainShareTable, { where }).map((row) => {
    return unshare(tx, domainAt(tx, { guid: String(row.domain_guid) }), organizationGuid);
  });
  const owned = tx.find(domainTable, { where }).flatMap((row) => {
    const domain = domainOf(row);
    const shares = tx.find(domainShareTable, { where: equals('domain_guid', domain.guid) });
    const lent = shares.map((of) => unshare(tx, domain, String(of.organization_guid)));
    return [...lent, removeDomain(tx, domain)];
  });
  return [...borrowed, ...owned];
}

/** Nothing changes in a suspended organization; shared domains are in none. */
function checkOwner(hands: Hands<Action>): void {
  if (hands.permit.where.organizationGuid !== '') activeOrganization(hands);
}

/** An organization that need not be the one of the permit. */
function activeOrganizationOf({ tx, permit }: Hands<Action>, guid: string): Organization {
  const row = tx.get(organizationTable, { guid });
  if (row === undefined) throw new AppError('ResourceNotFound', ['Organization not found']);
  const organization = organizationOf(row);
  if (organization.suspended && permit.global !== 'admin') throw new AppError('OrgSuspended');
  return organization;
}

/** The organizations with which somebody may share a domain. Throws UnprocessableEntity for the first other one. */
function organizationsToShareWith(
  hands: Hands<Action>,
  guids: readonly string[],
  ownerGuid: string,
): Organization[] {
  const standing = standingOf(hands);
  const organizations = [...new Set(guids)].map((guid) => {
    const row = hands.tx.get(organizationTable, { guid });
    const seen = standing.global !== null || standing.roles.some((role) => role.organizationGuid === guid);
    if (row === undefined || !seen) {
      throw unprocessable(
        `Organization with guid '${guid}' does not exist, or you do not have access to it.`,
      );
    }
    const organization = organizationOf(row);
    const { name, suspended } = organization;
    if (!allowed(standing, 'domain.share', { organizationGuid: guid, spaceGuid: '' })) {
      throw unprocessable(
        `You do not have sufficient permissions for organization '${name}' to share domain.`,
      );
    }
    if (suspended && standing.global !== 'admin') throw unprocessable(`Organization '${name}' is suspended.`);
    return organization;
  });
  if (guids.includes(ownerGuid)) throw unprocessable('Domain cannot be shared with owning organization.');
  return organizations;
}

/**
 * Refuses a domain below a private one of another owner, and a private one above a domain of another owner: whoever
 * owns a name decides about all that ends in it.
 */
function checkOverlap(tx: Transaction, { name, guid, organizationGuid }: Domain): void {
  const folded = foldName(name);
  const labels = folded.split('.');
  const above = labels
    .slice(1)
    .map((_, index) => tx.get(domainTable, { folded_name: labels.slice(index + 1).join('.') }));
  const below = tx.find(domainTable, {
    where: { kind: 'contains', column: 'folded_name', part: `.${folded}` },
  });
  const others = [
    ...above.filter((row) => row !== undefined && row.organization_guid !== ''),
    ...(organizationGuid === '' ? [] : below.filter((row) => String(row.folded_name).endsWith(`.${folded}`))),
  ];
  const other = others.find((row) => row?.guid !== guid && row?.organization_guid !== organizationGuid);
  if (other === undefined) return;
  const reserved = `because "${other.name}" is already reserved by another domain`;
  throw unprocessable(`The domain name "${name}" cannot be created ${reserved}`);
}

function checkQuota(tx: Transaction, organizationGuid: string): void {
  const most = quotaOfOrganization(tx, organizationGuid).limits.total_domains;
  if (typeof most !== 'number') return;
  if (tx.count(domainTable, equals('organization_guid', organizationGuid)) <= most) return;
  const name = tx.get(organizationTable, { guid: organizationGuid })?.name;
  throw unprocessable(`The number of private domains exceeds the quota for organization "${name}"`);
}

function isShared(tx: Transaction, domainGuid: string, organizationGuid: string): boolean {
  const where = { domain_guid: domainGuid, organization_guid: organizationGuid };
  return tx.get(domainShareTable, where) !== undefined;
}

function share(tx: Transaction, domain: Domain, { guid }: Organization): Happening {
  tx.insert(domainShareTable, { domain_guid: domain.guid, organization_guid: guid });
  return domainEvent('share', domain, { target_organization_guid: guid });
}

function unshare(tx: Transaction, domain: Domain, organizationGuid: string): Happening {
  tx.remove(domainShareTable, { domain_guid: domain.guid, organization_guid: organizationGuid });
  return domainEvent('unshare', domain, { target_organization_guid: organizationGuid });
}

function organizationUpdate({ guid, name }: Organization, request: object): Happening {
  const target = { type: 'organization', guid };
  return {
    type: 'audit.organization.update',
    target,
    targetName: name,
    organizationGuid: guid,
    data: { request },
  };
}

function removeDomain(tx: Transaction, domain: Domain): Happening {
  removeMetadata(tx, 'domain', domain.guid);
  tx.remove(domainTable, { guid: domain.guid });
  return domainEvent('delete', domain, {});
}

function domainHere({ tx, permit }: Hands<Action>, guid: string): Domain {
  return domainAt(tx, { guid, organization_guid: permit.where.organizationGuid });
}

function domainAt(tx: Transaction, where: Row): Domain {
  const row = tx.get(domainTable, where);
  if (row === undefined) throw new AppError('ResourceNotFound', ['Domain not found']);
  return domainOf(row);
}

function domainEvent(
  verb: 'create' | 'update' | 'delete' | 'share' | 'unshare',
  { guid, name, organizationGuid }: Domain,
  data: object,
): Happening {
  return {
    type: `audit.domain.${verb}`,
    target: { type: 'domain', guid },
    targetName: name,
    organizationGuid,
    data,
  };
}
