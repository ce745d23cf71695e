// Events on service keys: credentials of a service that are handed to somebody instead of an app.
import { type CatalogEntry, hidden, noun } from './entry.ts';

const on = noun('service_key');

const key = {
  fields: `request request.service_instance_guid request.name request.type request.relationships.*
    request.parameters request.metadata.*`,
  redactions: hidden('request.parameters'),
  severity: 'notice',
} as const;
const parts = 'request request.app_guid request.route_guid request.service_instance_guid request.name';

export const serviceKeys: readonly CatalogEntry[] = [
  on.create('audit.service_key.create', '2015-04-07', '{actor} created service key {target}', key),
  on.delete('audit.service_key.delete', '2015-04-07', '{actor} deleted service key {target}', {
    fields: parts,
  }),
  on.create(
    'audit.service_key.start_create',
    '2020-12-02',
    '{actor} asked for service key {target} to be created',
    key,
  ),
  on.delete(
    'audit.service_key.start_delete',
    '2020-12-08',
    '{actor} asked for service key {target} to be deleted',
    { fields: parts },
  ),
  on.update('audit.service_key.update', '2021-01-21', '{actor} changed service key {target}', {
    fields: 'request request.metadata.*',
    redactions: key.redactions,
  }),
  on.read('audit.service_key.show', '2023-10-20', '{actor} read the credentials of service key {target}', {
    fields: parts,
  }),
];
