// Events on apps as a whole. Their packages, builds, droplets, processes, tasks and deployments have files of
// their own; the target of all of them is the app.
import { type CatalogEntry, firstRelease, hidden, noun, ruled } from './entry.ts';

const on = noun('app');
const gap = noun('app', { source: 'gap' });
/** The first V3 apps were a target type of their own. */
const v3 = noun('v3-app');

/** What the original hides of an app, in V2's names and V3's; buildpacks may be URLs with a password. */
const secrets = (of: string) => [
  ...hidden(
    `${of}.command`,
    `${of}.environment_json`,
    `${of}.encrypted_environment_json`,
    `${of}.environment_variables`,
    `${of}.var`,
    `${of}.docker_credentials`,
    `${of}.docker_credentials_json`,
  ),
  ...ruled(
    'url-user-info',
    `${of}.buildpack`,
    `${of}.lifecycle.data.buildpack`,
    `${of}.lifecycle.data.buildpacks.*`,
  ),
];
const redactions = secrets('request');

const attributes = `request request.name request.instances request.memory request.disk_quota request.state
  request.command request.environment_json request.docker_credentials request.buildpack
  request.lifecycle.type request.lifecycle.data.* request.environment_variables request.metadata.*`;

const extinct = { until: '2013-08-02', redactions: [...redactions, ...secrets('changes')] };

export const apps: readonly CatalogEntry[] = [
  on.create('audit.app.create', '2013-08-02', '{actor} created app {target}', {
    fields: `${attributes} request.space_guid request.console request.production request.health_check_type
      request.stack_guid request.docker_image request.relationships.space.data.guid`,
    redactions,
  }),
  on.update('audit.app.update', '2013-08-02', '{actor} changed app {target}', {
    fields: `${attributes} request.route request.service_binding request.verb request.relation
      request.related_guid manifest_triggered`,
    redactions,
  }),
  on.delete('audit.app.delete-request', '2013-10-28', '{actor} deleted app {target}', {
    fields: 'request request.recursive',
  }),
  on.lifecycle('audit.app.start', '2015-04-02', '{actor} started app {target}'),
  on.lifecycle('audit.app.stop', '2015-04-02', '{actor} stopped app {target}', {
    fields: 'delete_triggered reason',
  }),
  on.lifecycle('audit.app.restart', '2017-11-29', '{actor} restarted app {target}'),
  on.lifecycle('audit.app.restage', '2014-09-04', '{actor} restaged app {target}'),
  on.update(
    'audit.app.copy-bits',
    '2014-11-05',
    '{actor} copied app files between {target} and another app',
    {
      fields: 'destination_guid source_guid',
      severity: 'notice',
    },
  ),
  on.update('audit.app.upload-bits', '2017-08-14', '{actor} uploaded the files of app {target}', {
    fields: 'package_guid',
  }),
  on.update('audit.app.apply_manifest', '2018-06-01', '{actor} applied a manifest to app {target}', {
    fields: 'request request.manifest',
    redactions: ruled('manifest-secrets', 'request.manifest'),
  }),
  on.read(
    'audit.app.environment.show',
    '2020-08-13',
    '{actor} read the whole environment of app {target}, credentials included',
  ),
  on.read(
    'audit.app.environment_variables.show',
    '2020-08-19',
    '{actor} read the environment variables of app {target}',
  ),
  on.access('audit.app.ssh-authorized', '2015-04-29', '{actor} opened an SSH session to app {target}', {
    fields: 'index',
  }),
  on.access('audit.app.ssh-unauthorized', '2015-04-29', '{actor} was refused SSH access to app {target}', {
    fields: 'index',
    severity: 'warning',
  }),
  gap.update(
    'audit.app.feature_update',
    firstRelease,
    '{actor} switched a feature of app {target} on or off',
    {
      fields: 'request request.name request.enabled',
      auditClass: 'policy-change',
    },
  ),
  gap.update(
    'audit.app.buildpack_cache_clear',
    firstRelease,
    '{actor} cleared the buildpack cache of app {target}',
  ),
  on.create('app.create', '2013-07-30', '{actor} created app {target}', extinct),
  on.update('app.update', '2013-07-29', '{actor} changed app {target}', { fields: 'changes', ...extinct }),
  on.delete('app.delete', '2013-07-30', '{actor} deleted app {target}', { until: '2013-08-02' }),
  on.delete('audit.app.delete', '2013-08-02', '{actor} deleted app {target}', {
    fields: 'request.recursive',
    until: '2015-04-13',
  }),
  v3.create('audit.app.add_package', '2015-04-02', '{actor} added a package to app {target}', {
    until: '2016-04-13',
  }),
];
