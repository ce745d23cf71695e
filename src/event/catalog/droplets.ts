// Events on droplets: what staging makes of a package, and what an app runs.
import { type CatalogEntry, firstRelease, hidden, noun, ruled } from './entry.ts';

const on = noun('app');
const v3 = noun('v3-app');
const gap = noun('app', { source: 'gap' });

const fields = 'droplet_guid';
const assigned = {
  fields: 'request request.droplet_guid',
  redactions: [
    ...hidden('request.command', 'request.environment_json', 'request.environment_variables'),
    ...hidden('request.encrypted_environment_json', 'request.docker_credentials'),
    ...ruled('url-user-info', 'request.buildpack'),
  ],
};

export const droplets: readonly CatalogEntry[] = [
  on.create('audit.app.droplet.create', '2016-04-18', '{actor} created a droplet of app {target}', {
    fields: 'droplet_guid package_guid request.source_droplet_guid',
  }),
  on.update('audit.app.droplet.upload', '2019-05-16', '{actor} uploaded a droplet of app {target}', {
    fields,
    severity: 'notice',
  }),
  on.read('audit.app.droplet.download', '2020-05-21', '{actor} downloaded a droplet of app {target}', {
    fields,
  }),
  on.delete('audit.app.droplet.delete', '2016-04-19', '{actor} deleted a droplet of app {target}', {
    fields,
  }),
  on.update('audit.app.droplet.mapped', '2016-09-01', '{actor} chose the droplet of app {target}', assigned),
  gap.update('audit.app.droplet.update', firstRelease, '{actor} changed a droplet of app {target}', {
    fields: 'droplet_guid request request.image request.metadata.*',
  }),
  v3.update('audit.app.droplet_mapped', '2015-09-28', '{actor} chose the droplet of app {target}', {
    ...assigned,
    until: '2016-09-01',
  }),
];
