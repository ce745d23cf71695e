// Events on Hansard itself and its doors: the log audience. What the compatible APIs answer only on demand.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const common = { audience: 'log', source: 'hansard' } as const;
const log = noun('log', common);
const event = noun('event', common);
const origin = noun('origin', common);
const user = noun('user', { ...common, auditClass: 'authentication' });
const account = noun('user', { ...common, auditClass: 'account-management' });
const client = noun('client', { ...common, auditClass: 'authentication' });
const registration = noun('client', { ...common, auditClass: 'account-management' });
const key = noun('key', common);

const doors: readonly CatalogEntry[] = [
  user.access('audit.log.login', firstRelease, '{actor} logged in', {
    fields: 'client grant',
    severity: 'info',
  }),
  user.access('audit.log.login_failed', firstRelease, 'A log-in as {target} failed', {
    fields: 'reason client grant name_digest attempts since',
    severity: 'warning',
  }),
  client.access('audit.log.token', firstRelease, 'Client {target} was given a token', {
    fields: 'client grant',
    severity: 'info',
  }),
  user.access('audit.log.logout', firstRelease, '{actor} logged out', {
    fields: 'client',
    severity: 'info',
  }),
  user.access('audit.log.locked_out', firstRelease, '{target} was locked out after too many failed log-ins', {
    fields: 'client grant name_digest seconds attempts since',
    severity: 'warning',
  }),
  log.access('audit.log.refused', firstRelease, '{actor} was refused', {
    fields: `method path status reason attempts since requests requests.*.request requests.*.times more`,
  }),
];

const accounts: readonly CatalogEntry[] = [
  account.create('audit.log.account_create', firstRelease, '{actor} created the account of {target}', {
    fields: 'origin active scopes',
    severity: 'notice',
  }),
  account.update('audit.log.account_update', firstRelease, '{actor} changed the account of {target}', {
    fields: 'changed active scopes',
    severity: 'notice',
  }),
  account.delete('audit.log.account_delete', firstRelease, '{actor} deleted the account of {target}', {
    fields: 'origin sessions',
    severity: 'warning',
  }),
  account.update('audit.log.password_change', firstRelease, '{actor} changed the password of {target}', {
    fields: 'sessions',
    severity: 'notice',
  }),
  registration.create('audit.log.client_create', firstRelease, '{actor} registered client {target}', {
    fields: 'grants scopes authorities',
    severity: 'notice',
  }),
  registration.delete('audit.log.client_delete', firstRelease, '{actor} removed client {target}', {
    fields: 'sessions',
  }),
  registration.update(
    'audit.log.secret_change',
    firstRelease,
    '{actor} changed the secret of client {target}',
    {
      fields: 'sessions',
      severity: 'notice',
    },
  ),
];

const record: readonly CatalogEntry[] = [
  log.lifecycle('audit.log.started', firstRelease, 'Hansard began its record', {
    fields: 'version seeded seeded.*',
    auditClass: 'system-event',
    severity: 'notice',
  }),
  log.read('audit.log.read', firstRelease, '{actor} read events', {
    fields: 'filters filters.*.filter filters.*.times filters.*.rows more since',
    severity: 'info',
  }),
  origin.log('audit.log.import', firstRelease, '{actor} imported events into {target}', {
    fields: 'sha256 new known refused elsewhere',
    severity: 'notice',
  }),
  origin.update(
    'audit.log.origin_declare',
    firstRelease,
    '{actor} declared who may read the events of {target}',
    { fields: 'readers', auditClass: 'policy-change', severity: 'warning' },
  ),
  log.read('audit.log.export', firstRelease, '{actor} exported events', {
    fields: 'format filter rows sha256',
  }),
  event.log('audit.log.supplemented', firstRelease, 'A later source added to event {target}', {
    fields: `origin additions additions.actor_name additions.actor_username additions.target_name
      additions.context.*`,
  }),
  event.failure('audit.log.conflict', firstRelease, 'Another account of event {target} was refused', {
    fields: 'origin fields stored_sha256 refused_sha256',
    auditClass: 'log-management',
    severity: 'critical',
  }),
  key.create('audit.log.key_create', firstRelease, '{actor} made signing key {target}', {
    fields: 'algorithm fingerprint',
    auditClass: 'log-management',
    severity: 'warning',
  }),
  log.update('audit.log.configuration', firstRelease, '{actor} changed the configuration of the log', {
    fields: 'changes changes.*.from changes.*.to',
    auditClass: 'policy-change',
    severity: 'warning',
  }),
  log.log('audit.log.backup', firstRelease, '{actor} copied the whole log', {
    fields: 'bytes events',
    severity: 'notice',
  }),
];

export const logItself: readonly CatalogEntry[] = [...doors, ...accounts, ...record];
