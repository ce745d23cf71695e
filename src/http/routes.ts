// The one route table: what server.ts mounts and the OpenAPI document describes.
import { routes as disposalRoutes } from './api/disposals.ts';
import { routes as apiEvents } from './api/events.ts';
import { routes as apiExports } from './api/exports.ts';
import { routes as holdRoutes } from './api/holds.ts';
import { routes as importRoutes } from './api/import.ts';
import { routes as proposalRoutes } from './api/proposals.ts';
import { routes as retentionRoutes } from './api/retention.ts';
import { documentationRoutes } from './documentation.ts';
import { routes as logCheckpoint } from './log/checkpoint.ts';
import { routes as logKeys } from './log/keys.ts';
import { routes as logItself } from './log/log.ts';
import { routes as logProofs } from './log/proofs.ts';
import { routes as logTiles } from './log/tiles.ts';
import { routes as logWitnesses } from './log/witnesses.ts';
import { routes as metricsRoutes } from './metrics.ts';
import { routes as rootRoutes } from './root.ts';
import type { Route } from './route.ts';
import { routes as uaaClients } from './uaa/clients.ts';
import { routes as uaaGroups } from './uaa/groups.ts';
import { routes as uaaLogin } from './uaa/login.ts';
import { routes as uaaTokens } from './uaa/tokens.ts';
import { routes as uaaUsers } from './uaa/users.ts';
import { routes as v2Domains } from './v2/domains.ts';
import { routes as v2Events } from './v2/events.ts';
import { routes as v2FeatureFlags } from './v2/feature-flags.ts';
import { routes as v2Jobs } from './v2/jobs.ts';
import { routes as v2Members } from './v2/members.ts';
import { routes as v2OrganizationQuotas } from './v2/organization-quotas.ts';
import { routes as v2Organizations } from './v2/organizations.ts';
import { emptyRoutes as v2Empty } from './v2/related.ts';
import { routes as v2SecurityGroups } from './v2/security-groups.ts';
import { routes as v2SpaceQuotas } from './v2/space-quotas.ts';
import { routes as v2Spaces } from './v2/spaces.ts';
import { routes as v2Users } from './v2/users.ts';
import { routes as v3AuditEvents } from './v3/audit-events.ts';
import { routes as v3Domains } from './v3/domains.ts';
import { routes as v3FeatureFlags } from './v3/feature-flags.ts';
import { routes as v3IsolationSegments } from './v3/isolation-segments.ts';
import { routes as v3Jobs } from './v3/jobs.ts';
import { routes as v3None } from './v3/none.ts';
import { routes as v3OrganizationQuotas } from './v3/organization-quotas.ts';
import { routes as v3Organizations } from './v3/organizations.ts';
import { routes as v3Roles } from './v3/roles.ts';
import { routes as v3SecurityGroups } from './v3/security-groups.ts';
import { routes as v3SpaceQuotas } from './v3/space-quotas.ts';
import { routes as v3Spaces } from './v3/spaces.ts';
import { routes as v3Users } from './v3/users.ts';

const table: readonly Route[] = [
  ...rootRoutes,
  ...metricsRoutes,
  ...uaaLogin,
  ...uaaTokens,
  ...uaaUsers,
  ...uaaGroups,
  ...uaaClients,
  ...v2Events,
  ...v2Organizations,
  ...v2Spaces,
  ...v2Members,
  ...v2Users,
  ...v2OrganizationQuotas,
  ...v2SpaceQuotas,
  ...v2Domains,
  ...v2FeatureFlags,
  ...v2SecurityGroups,
  ...v2Jobs,
  ...v2Empty,
  ...v3AuditEvents,
  ...v3Organizations,
  ...v3Spaces,
  ...v3Users,
  ...v3Roles,
  ...v3None,
  ...v3OrganizationQuotas,
  ...v3SpaceQuotas,
  ...v3Domains,
  ...v3IsolationSegments,
  ...v3FeatureFlags,
  ...v3SecurityGroups,
  ...v3Jobs,
  ...apiEvents,
  ...apiExports,
  ...importRoutes,
  ...retentionRoutes,
  ...proposalRoutes,
  ...holdRoutes,
  ...disposalRoutes,
  ...logItself,
  ...logCheckpoint,
  ...logKeys,
  ...logWitnesses,
  ...logTiles,
  ...logProofs,
];

export const routes: readonly Route[] = [...table, ...documentationRoutes(table)];
