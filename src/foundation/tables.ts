// The one list of the foundation's tables. Each is declared in table/<noun>.ts; the role table is identity's.
import { roleTable } from '../identity/role.ts';
import type { Table } from '../store/table.ts';
import { domainShareTable, domainTable } from './table/domains.ts';
import { featureFlagTable } from './table/feature-flags.ts';
import { entitlementTable, isolationSegmentTable } from './table/isolation-segments.ts';
import { jobTable } from './table/jobs.ts';
import { annotationTable, labelTable } from './table/labels.ts';
import { organizationQuotaTable } from './table/organization-quotas.ts';
import { organizationTable } from './table/organizations.ts';
import { securityGroupSpaceTable, securityGroupTable } from './table/security-groups.ts';
import { spaceQuotaTable } from './table/space-quotas.ts';
import { spaceTable } from './table/spaces.ts';
import { userTable } from './table/users.ts';

export const foundationTables: readonly Table[] = [
  organizationQuotaTable,
  organizationTable,
  spaceTable,
  userTable,
  roleTable,
  labelTable,
  annotationTable,
  spaceQuotaTable,
  domainTable,
  domainShareTable,
  isolationSegmentTable,
  entitlementTable,
  securityGroupTable,
  securityGroupSpaceTable,
  featureFlagTable,
  jobTable,
];
