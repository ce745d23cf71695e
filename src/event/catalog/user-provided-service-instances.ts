// Events on user-provided service instances: credentials that users bring themselves.
import { type CatalogEntry, noun, redacted } from './entry.ts';

const on = noun('user_provided_service_instance');

const instance = {
  fields: `request request.name request.space_guid request.credentials request.syslog_drain_url
    request.route_service_url request.tags request.relationships.* request.metadata.*`,
  redactions: redacted('request.credentials'),
};

export const userProvidedServiceInstances: readonly CatalogEntry[] = [
  on.create(
    'audit.user_provided_service_instance.create',
    '2014-12-09',
    '{actor} created user-provided service {target}',
    instance,
  ),
  on.update(
    'audit.user_provided_service_instance.update',
    '2014-12-09',
    '{actor} changed user-provided service {target}',
    instance,
  ),
  on.delete(
    'audit.user_provided_service_instance.delete',
    '2014-12-09',
    '{actor} deleted user-provided service {target}',
    { fields: 'request' },
  ),
  on.read(
    'audit.user_provided_service_instance.show',
    '2023-10-20',
    '{actor} read the credentials of user-provided service {target}',
    { fields: 'request' },
  ),
];
