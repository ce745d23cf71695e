// Events on buildpacks: what turns the code of every app into something that runs.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const on = noun('buildpack', { auditClass: 'privileged-function' });

export const buildpacks: readonly CatalogEntry[] = [
  on.create('audit.buildpack.create', '2026-01-20', '{actor} created buildpack {target}', {
    fields: 'request request.*',
  }),
  on.update('audit.buildpack.update', '2026-01-20', '{actor} changed buildpack {target}', {
    fields: 'request request.*',
  }),
  on.delete('audit.buildpack.delete', '2026-01-20', '{actor} deleted buildpack {target}'),
  on.update('audit.buildpack.upload', '2026-02-04', '{actor} uploaded the files of buildpack {target}', {
    fields: 'request request.bits_name request.*',
    severity: 'notice',
  }),
  on.update('audit.buildpack.cache_clear', firstRelease, '{actor} cleared the buildpack caches of all apps', {
    source: 'gap',
  }),
];
