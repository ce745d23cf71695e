// Events on bindings of services to apps. The original left V3 parameters in clear until September 2026; here
// they are hidden whenever the event was made.
import { type CatalogEntry, hidden, noun } from './entry.ts';

const on = noun('service_binding');

const binding = {
  fields: `request request.type request.name request.app_guid request.service_instance_guid
    request.relationships.* request.data request.parameters request.strategy request.metadata.*
    manifest_triggered`,
  redactions: hidden('request.data', 'request.parameters'),
};
const parts = 'request request.app_guid request.route_guid request.service_instance_guid';

export const serviceBindings: readonly CatalogEntry[] = [
  on.create('audit.service_binding.create', '2014-12-02', '{actor} bound a service to an app', binding),
  on.delete('audit.service_binding.delete', '2014-12-02', '{actor} unbound a service from an app', {
    fields: parts,
  }),
  on.create(
    'audit.service_binding.start_create',
    '2018-11-19',
    '{actor} asked for a service to be bound to an app',
    binding,
  ),
  on.delete(
    'audit.service_binding.start_delete',
    '2018-11-19',
    '{actor} asked for a service to be unbound from an app',
    { fields: parts },
  ),
  on.update('audit.service_binding.update', '2021-01-21', '{actor} changed service binding {target}', {
    fields: 'request request.metadata.labels request.metadata.annotations',
    redactions: binding.redactions,
  }),
  on.read(
    'audit.service_binding.show',
    '2023-10-20',
    '{actor} read the credentials of service binding {target}',
    { fields: parts },
  ),
];
