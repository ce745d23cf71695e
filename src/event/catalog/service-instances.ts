// Events on managed service instances. Route services bound through V2 stand here too, as in the original.
import { type CatalogEntry, hidden, noun } from './entry.ts';

const on = noun('service_instance');

const redactions = hidden('request.parameters');
const instance = {
  fields: `request request.name request.space_guid request.service_plan_guid request.tags request.parameters
    request.relationships.* request.maintenance_info request.metadata.*`,
  redactions,
};
const removed = { fields: 'request', redactions };
const routed = { fields: 'request request.route_guid request.parameters', redactions };

export const serviceInstances: readonly CatalogEntry[] = [
  on.create('audit.service_instance.create', '2014-12-05', '{actor} created service {target}', instance),
  on.update('audit.service_instance.update', '2014-12-05', '{actor} changed service {target}', instance),
  on.delete('audit.service_instance.delete', '2014-12-05', '{actor} deleted service {target}', removed),
  on.create(
    'audit.service_instance.start_create',
    '2018-11-19',
    '{actor} asked for service {target} to be created',
    instance,
  ),
  on.update(
    'audit.service_instance.start_update',
    '2018-11-19',
    '{actor} asked for service {target} to be changed',
    instance,
  ),
  on.delete(
    'audit.service_instance.start_delete',
    '2018-11-19',
    '{actor} asked for service {target} to be deleted',
    removed,
  ),
  on.delete(
    'audit.service_instance.purge',
    '2018-10-19',
    '{actor} purged service {target} without asking its broker',
    { ...removed, severity: 'warning' },
  ),
  on.read('audit.service_instance.show', '2023-10-20', '{actor} read service {target}', {
    fields: 'request',
  }),
  on.update(
    'audit.service_instance.bind_route',
    '2016-04-27',
    '{actor} sent the traffic of a route through service {target}',
    { ...routed, severity: 'warning' },
  ),
  on.update(
    'audit.service_instance.unbind_route',
    '2016-04-27',
    '{actor} stopped sending the traffic of a route through service {target}',
    routed,
  ),
  on.update(
    'audit.service_instance.share',
    '2017-10-09',
    '{actor} shared service {target} with other spaces',
    { fields: 'target_space_guids', severity: 'notice' },
  ),
  on.update(
    'audit.service_instance.unshare',
    '2017-10-16',
    '{actor} stopped sharing service {target} with a space',
    { fields: 'target_space_guid' },
  ),
];
