// Events on deployments and revisions: how a new version of an app takes over.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const on = noun('app');
const gap = noun('app', { source: 'gap' });

const fields = 'deployment_guid droplet_guid';
const revision = 'revision_guid revision_version';

export const deployments: readonly CatalogEntry[] = [
  on.lifecycle('audit.app.deployment.create', '2018-09-20', '{actor} began to deploy app {target}', {
    fields: `${fields} type revision_guid request request.* strategy`,
  }),
  on.lifecycle(
    'audit.app.deployment.cancel',
    '2019-06-04',
    '{actor} cancelled a deployment of app {target}',
    {
      fields,
    },
  ),
  on.lifecycle(
    'audit.app.deployment.continue',
    '2024-07-29',
    '{actor} continued a deployment of app {target}',
    { fields },
  ),
  gap.update('audit.app.deployment.update', firstRelease, '{actor} changed a deployment of app {target}', {
    fields: 'deployment_guid request request.metadata.*',
  }),
  on.create('audit.app.revision.create', '2019-02-08', '{actor} made a new revision of app {target}', {
    fields: revision,
  }),
  on.read(
    'audit.app.revision.environment_variables.show',
    '2020-08-13',
    '{actor} read the environment variables of a revision of app {target}',
    { fields: revision },
  ),
  gap.update('audit.app.revision.update', firstRelease, '{actor} changed a revision of app {target}', {
    fields: `${revision} request request.metadata.*`,
  }),
];
