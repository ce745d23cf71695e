// The one route table: what server.ts mounts and the OpenAPI document describes.
import { routes as importRoutes } from './api/import.ts';
import { routes as rootRoutes } from './root.ts';
import type { Route } from './route.ts';
import { routes as uaaClients } from './uaa/clients.ts';
import { routes as uaaLogin } from './uaa/login.ts';
import { routes as uaaTokens } from './uaa/tokens.ts';
import { routes as uaaUsers } from './uaa/users.ts';
import { routes as v2Events } from './v2/events.ts';
import { routes as v3AuditEvents } from './v3/audit-events.ts';
import { routes as v3Jobs } from './v3/jobs.ts';
import { routes as v3Organizations } from './v3/organizations.ts';
import { routes as v3Roles } from './v3/roles.ts';
import { routes as v3Spaces } from './v3/spaces.ts';
import { routes as v3Users } from './v3/users.ts';

export const routes: readonly Route[] = [
  ...rootRoutes,
  ...uaaLogin,
  ...uaaTokens,
  ...uaaUsers,
  ...uaaClients,
  ...v2Events,
  ...v3AuditEvents,
  ...v3Organizations,
  ...v3Spaces,
  ...v3Users,
  ...v3Roles,
  ...v3Jobs,
  ...importRoutes,
];
