// What a foundation has from its first start, as the original's defaults have it. It runs inside the writer's
// transaction of that start, after the accounts have been seeded, and its one event tells of everything.
import { newGuid, type Random, systemRandom } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import { accountTable } from '../identity/account.ts';
import type { Transaction } from '../store/contract.ts';
import { every, type Row, type Table } from '../store/table.ts';
import { defaultQuotaLimits, defaultQuotaName, organizationQuota } from './organization-quotas.ts';
import { unlimited } from './quotas.ts';
import { foldName } from './rows.ts';
import { domainTable } from './table/domains.ts';
import { isolationSegmentTable, sharedSegment } from './table/isolation-segments.ts';
import { organizationQuotaTable } from './table/organization-quotas.ts';
import { type SecurityGroupRule, securityGroupTable } from './table/security-groups.ts';
import { userTable } from './table/users.ts';

interface Seeded {
  readonly guid: string;
  readonly name: string;
}

/** What was seeded, for the data of the event. */
export interface SeededFoundation {
  readonly organization_quotas: readonly Seeded[];
  readonly domains: readonly Seeded[];
  readonly isolation_segments: readonly Seeded[];
  readonly security_groups: readonly Seeded[];
  /** Those of the seeded accounts, as users who can have roles. */
  readonly user_guids: readonly string[];
}

/** The shared domains: one that apps are reached under, one that they reach each other under. */
const domains = [
  { name: 'apps.localhost', internal: false },
  { name: 'apps.internal', internal: true },
] as const;

/** Everything but the private networks and the link-local addresses. */
const publicNetworks = [
  '0.0.0.0-9.255.255.255',
  '11.0.0.0-169.253.255.255',
  '169.255.0.0-172.15.255.255',
  '172.32.0.0-192.167.255.255',
  '192.169.0.0-255.255.255.255',
].map((destination) => ({ protocol: 'all', destination }));

const dns = ['tcp', 'udp'].map((protocol) => ({ protocol, destination: '0.0.0.0/0', ports: '53' }));

/** What apps may reach wherever they are, while they run and while they are staged. */
const securityGroups: readonly { readonly name: string; readonly rules: readonly SecurityGroupRule[] }[] = [
  { name: 'public_networks', rules: publicNetworks },
  { name: 'dns', rules: dns },
];

/** Makes what every foundation has, and a user of each account that there is. */
export function seedFoundation(
  tx: Transaction,
  at: Instant,
  random: Random = systemRandom,
): SeededFoundation {
  const times = { created_at: at, updated_at: at };
  let made = 0;
  const make = (table: Table, name: string, columns: Row): Seeded => {
    // Each a microsecond after the one before, so that lists have them in this order.
    const time = at + made++;
    const guid = newGuid(Math.floor(at / 1000), random);
    const row = { guid, name, folded_name: foldName(name), created_at: time, updated_at: time, ...columns };
    tx.insert(table, row);
    return { guid: String(row.guid), name };
  };
  const limits = { ...unlimited(organizationQuota.groups), ...defaultQuotaLimits };
  const holdsEverywhere = { running_default: true, staging_default: true };
  const guids = tx.find(accountTable, { where: every }).map((account) => String(account.guid));
  for (const guid of guids) tx.insert(userTable, { guid, ...times });
  return {
    organization_quotas: [make(organizationQuotaTable, defaultQuotaName, limits)],
    domains: domains.map(({ name, internal }) =>
      make(domainTable, name, { internal, organization_guid: '' }),
    ),
    isolation_segments: [make(isolationSegmentTable, sharedSegment.name, { guid: sharedSegment.guid })],
    security_groups: securityGroups.map(({ name, rules }) =>
      make(securityGroupTable, name, { rules: JSON.stringify(rules), ...holdsEverywhere }),
    ),
    user_guids: guids,
  };
}
