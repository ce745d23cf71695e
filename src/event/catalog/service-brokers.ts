// Events on service brokers, and on the dashboard clients that their catalogs ask for.
import { type CatalogEntry, hidden, noun, redacted } from './entry.ts';

const common = { auditClass: 'privileged-function' } as const;
const on = noun('service_broker', common);
const early = noun('broker', { ...common, until: '2014-12-03' });
const client = noun('service_dashboard_client', common);

const broker = {
  fields: `request request.name request.broker_url request.auth_username request.auth_password
    request.space_guid request.url request.authentication.type request.authentication.credentials.username
    request.authentication.credentials.password request.relationships.space.data.guid request.metadata.*`,
  redactions: [
    ...redacted('request.auth_password'),
    ...hidden('request.authentication.credentials.password'),
  ],
};

export const serviceBrokers: readonly CatalogEntry[] = [
  on.create(
    'audit.service_broker.create',
    '2014-12-03',
    '{actor} registered service broker {target}',
    broker,
  ),
  on.update('audit.service_broker.update', '2014-12-03', '{actor} changed service broker {target}', broker),
  on.delete('audit.service_broker.delete', '2014-12-03', '{actor} removed service broker {target}', {
    fields: 'request',
  }),
  client.create(
    'audit.service_dashboard_client.create',
    '2014-12-04',
    '{actor} created dashboard client {target}',
    { fields: 'secret redirect_uri', redactions: redacted('secret') },
  ),
  client.delete(
    'audit.service_dashboard_client.delete',
    '2014-12-04',
    '{actor} deleted dashboard client {target}',
  ),
  early.create('audit.broker.create', '2014-11-18', '{actor} registered service broker {target}', broker),
  early.update('audit.broker.update', '2014-11-18', '{actor} changed service broker {target}', broker),
  early.delete('audit.broker.delete', '2014-11-18', '{actor} removed service broker {target}', broker),
];
