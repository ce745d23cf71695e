// Events on V3 bindings of route services: the traffic of a route goes through the service.
import { type CatalogEntry, hidden, noun } from './entry.ts';

const on = noun('service_route_binding');

const binding = {
  fields: 'request request.relationships.* request.parameters request.metadata.*',
  redactions: hidden('request.parameters'),
};
const added = { ...binding, severity: 'warning' } as const;
const removed = { fields: 'request request.app_guid request.route_guid request.service_instance_guid' };

export const serviceRouteBindings: readonly CatalogEntry[] = [
  on.create(
    'audit.service_route_binding.create',
    '2020-11-06',
    '{actor} sent the traffic of a route through a service',
    added,
  ),
  on.create(
    'audit.service_route_binding.start_create',
    '2020-11-06',
    '{actor} asked for the traffic of a route to go through a service',
    added,
  ),
  on.delete(
    'audit.service_route_binding.delete',
    '2020-11-06',
    '{actor} stopped sending the traffic of a route through a service',
    removed,
  ),
  on.delete(
    'audit.service_route_binding.start_delete',
    '2020-11-06',
    '{actor} asked for the traffic of a route no longer to go through a service',
    removed,
  ),
  on.update(
    'audit.service_route_binding.update',
    '2021-01-21',
    '{actor} changed the binding of a route to a service',
    binding,
  ),
];
