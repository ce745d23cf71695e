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
const witness = noun('witness', common);
const hold = noun('hold', { ...common, auditClass: 'policy-change' });
const proposal = noun('proposal', { ...common, auditClass: 'policy-change' });

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
    fields: 'version origin seeded seeded.*',
    auditClass: 'system-event',
    severity: 'notice',
  }),
  log.lifecycle('audit.log.epoch', firstRelease, 'The log was restored and began a new epoch', {
    fields: 'epoch origin previous_checkpoint known_checkpoint reason',
    auditClass: 'log-management',
    severity: 'critical',
  }),
  log.log('audit.log.verify', firstRelease, 'The log was verified', { fields: 'seconds' }),
  log.failure('audit.log.verify_failed', firstRelease, 'The log does not verify', {
    fields: 'seconds reason',
    auditClass: 'log-management',
    severity: 'critical',
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
    fields: `format recipe filters evidence checkpoints checkpoints.*.epoch checkpoints.*.origin
      checkpoints.*.size`,
  }),
  event.read('audit.log.proof', firstRelease, '{actor} took a proof of event {target}', {
    fields: 'epoch index',
    severity: 'info',
  }),
  event.log('audit.log.supplemented', firstRelease, 'A later source added to event {target}', {
    fields: `origin additions additions.actor_name additions.actor_username additions.target_name
      additions.context.*`,
  }),
  event.failure('audit.log.conflict', firstRelease, 'Another account of event {target} was refused', {
    fields: 'origin fields',
    auditClass: 'log-management',
    severity: 'critical',
  }),
  key.create('audit.log.key_create', firstRelease, '{actor} made signing key {target}', {
    fields: 'number algorithm fingerprint',
    auditClass: 'log-management',
    severity: 'warning',
  }),
  key.update('audit.log.key_retire', firstRelease, '{actor} set the end of signing key {target}', {
    fields: 'number algorithm fingerprint retires_at',
    auditClass: 'log-management',
    severity: 'warning',
  }),
  witness.log('audit.log.witness', firstRelease, 'What witness {target} makes of this log has changed', {
    fields: 'state size reason',
    severity: 'notice',
  }),
  witness.failure(
    'audit.log.witness_ahead',
    firstRelease,
    'Witness {target} has seen another log than this',
    {
      fields: 'state size reason',
      auditClass: 'log-management',
      severity: 'critical',
    },
  ),
  log.update('audit.log.configuration', firstRelease, '{actor} changed the configuration of the log', {
    fields: 'changes changes.*.from changes.*.to',
    auditClass: 'policy-change',
    severity: 'warning',
  }),
  log.log('audit.log.backup', firstRelease, '{actor} copied the whole log', {
    fields: 'state bytes events begun',
    severity: 'notice',
  }),
  log.lifecycle('audit.log.restore', firstRelease, 'The log was restored from a copy', {
    fields: 'replaced',
    auditClass: 'log-management',
    severity: 'critical',
  }),
];

const proposed = 'subject subject.* subject.rule.* reason proposed_by acts_at lapses_at';

const keeping: readonly CatalogEntry[] = [
  log.update('audit.log.retention_change', firstRelease, '{actor} changed how long events are kept', {
    fields: 'before before.* after after.* reason proposal proposed_by',
    auditClass: 'policy-change',
    severity: 'critical',
  }),
  proposal.create('audit.log.retention_propose', firstRelease, '{actor} proposed what takes two people', {
    fields: proposed,
    severity: 'warning',
  }),
  proposal.update('audit.log.proposal_approve', firstRelease, '{actor} approved what another had proposed', {
    fields: proposed,
    severity: 'critical',
  }),
  proposal.delete('audit.log.proposal_withdraw', firstRelease, '{actor} withdrew what was proposed', {
    fields: proposed,
    severity: 'notice',
  }),
  proposal.delete('audit.log.proposal_expire', firstRelease, 'What was proposed has lapsed', {
    fields: proposed,
    severity: 'notice',
  }),
  hold.create('audit.log.hold_create', firstRelease, '{actor} put events under hold {target}', {
    fields: 'reason scope scope.*',
    severity: 'warning',
  }),
  hold.delete('audit.log.hold_release', firstRelease, '{actor} released hold {target}', {
    fields: 'reason held_for since proposal proposed_by',
    severity: 'critical',
  }),
  log.delete('audit.log.dispose', firstRelease, 'What was past its term was disposed of', {
    fields: `judged_at rule rule.* erased erased.* dropped dropped.* checkpoint checkpoint.* spared spared.*.*
      backups backups.*.name backups.*.at`,
    auditClass: 'log-management',
    severity: 'warning',
  }),
  event.delete('audit.log.erase', firstRelease, '{actor} erased what event {target} says', {
    fields: 'origin parts epoch index reason proposal proposed_by backups backups.*.name backups.*.at',
    auditClass: 'log-management',
    severity: 'critical',
  }),
];

export const logItself: readonly CatalogEntry[] = [...doors, ...accounts, ...record, ...keeping];
