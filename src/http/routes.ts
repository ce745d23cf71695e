// The one route table: what server.ts mounts and the OpenAPI document describes.
import { routes as importRoutes } from './api/import.ts';
import { routes as rootRoutes } from './root.ts';
import type { Route } from './route.ts';
import { routes as v2Events } from './v2/events.ts';
import { routes as v3AuditEvents } from './v3/audit-events.ts';

export const routes: readonly Route[] = [...rootRoutes, ...v2Events, ...v3AuditEvents, ...importRoutes];
