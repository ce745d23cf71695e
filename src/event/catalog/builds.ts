// Events on builds: the staging of packages.
import { type CatalogEntry, firstRelease, noun, ruled } from './entry.ts';

const on = noun('app');
const gap = noun('app', { source: 'gap' });

const fields = 'build_guid package_guid';

export const builds: readonly CatalogEntry[] = [
  on.create('audit.app.build.create', '2017-05-23', '{actor} began to stage app {target}', { fields }),
  on.lifecycle('audit.app.build.staged', '2026-02-17', 'App {target} was staged for {actor}', {
    fields: `${fields} droplet_guid buildpacks buildpacks.*.name buildpacks.*.buildpack_name
      buildpacks.*.version`,
    redactions: ruled('url-user-info', 'buildpacks.*.name', 'buildpacks.*.buildpack_name'),
  }),
  on.failure('audit.app.build.failed', '2026-02-17', 'Staging app {target} for {actor} failed', {
    fields: `${fields} error_id error_message`,
  }),
  gap.update('audit.app.build.update', firstRelease, '{actor} changed a build of app {target}', {
    fields: 'build_guid request request.metadata.*',
  }),
];
