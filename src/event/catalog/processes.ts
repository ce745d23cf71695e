// Events on the processes of apps and their instances, crashes included, and on sidecars.
import { type CatalogEntry, firstRelease, hidden, noun, ruled } from './entry.ts';

const on = noun('app');
const v3 = noun('v3-app');
const gap = noun('app', { source: 'gap' });

const process = 'process_guid process_type';
const instance = 'instance index cell_id version';
const cutDescription = ruled('cut-10000', 'exit_description');
const sidecar = {
  fields: 'sidecar_guid request request.name request.command request.process_types request.memory_in_mb',
  redactions: hidden('request.command'),
};

export const processes: readonly CatalogEntry[] = [
  on.create('audit.app.process.create', '2016-04-19', '{actor} added a process to app {target}', {
    fields: `${process} manifest_triggered`,
  }),
  on.update('audit.app.process.update', '2016-04-19', '{actor} changed a process of app {target}', {
    fields: `${process} request request.command request.health_check.* request.readiness_health_check.*
      request.user request.metadata.* manifest_triggered`,
    redactions: hidden('request.command'),
  }),
  on.update('audit.app.process.scale', '2016-04-20', '{actor} scaled app {target}', {
    fields: `${process} request request.instances request.memory_in_mb request.disk_in_mb
      request.log_rate_limit_in_bytes_per_second manifest_triggered`,
    auditClass: 'process-tracking',
  }),
  on.delete('audit.app.process.delete', '2016-04-19', '{actor} removed a process of app {target}', {
    fields: process,
  }),
  on.lifecycle(
    'audit.app.process.terminate_instance',
    '2016-04-20',
    '{actor} ended an instance of app {target}',
    { fields: `${process} process_index` },
  ),
  on.failure('audit.app.process.crash', '2016-04-20', 'An instance of app {target} crashed', {
    fields: `${instance} exit_status exit_description reason crash_count crash_timestamp`,
    redactions: cutDescription,
  }),
  on.failure('app.crash', '2013-07-29', 'App {target} crashed', {
    fields: 'instance index cell_id exit_status exit_description reason',
    redactions: cutDescription,
    auditClass: 'system-event',
  }),
  on.lifecycle(
    'audit.app.process.rescheduling',
    '2021-07-17',
    'An instance of app {target} is moving to another cell',
    { fields: `${instance} reason`, auditClass: 'system-event' },
  ),
  on.lifecycle('audit.app.process.ready', '2024-01-11', 'An instance of app {target} became ready', {
    fields: `${instance} ready`,
  }),
  on.failure('audit.app.process.not-ready', '2024-01-11', 'An instance of app {target} is no longer ready', {
    fields: `${instance} ready`,
    severity: 'notice',
  }),
  gap.create('audit.app.sidecar.create', firstRelease, '{actor} added a sidecar to app {target}', sidecar),
  gap.update('audit.app.sidecar.update', firstRelease, '{actor} changed a sidecar of app {target}', sidecar),
  gap.delete('audit.app.sidecar.delete', firstRelease, '{actor} removed a sidecar of app {target}', {
    fields: 'sidecar_guid',
  }),
  v3.failure('app.process.crash', '2015-04-02', 'An instance of app {target} crashed', {
    redactions: cutDescription,
    until: '2016-06-17',
  }),
  v3.create('audit.app.add_process', '2015-04-02', '{actor} added a process to app {target}', {
    until: '2015-05-01',
  }),
  v3.delete('audit.app.remove_process', '2015-04-02', '{actor} removed a process of app {target}', {
    until: '2015-05-01',
  }),
];
