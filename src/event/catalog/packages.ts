// Events on packages: the source code or the image of an app.
import { type CatalogEntry, firstRelease, noun, type Redaction } from './entry.ts';

const on = noun('app');
const gap = noun('app', { source: 'gap' });

const fields = 'package_guid';
const redactions: Redaction[] = [{ path: 'request.data.password', replace: '***' }];

export const packages: readonly CatalogEntry[] = [
  on.create('audit.app.package.create', '2016-04-13', '{actor} created a package of app {target}', {
    fields: `package_guid request request.type request.data.image request.data.username request.data.password
      request.relationships.app.data.guid request.source_package_guid request.metadata.*`,
    redactions,
  }),
  on.update('audit.app.package.upload', '2016-04-15', '{actor} uploaded a package of app {target}', {
    fields,
  }),
  on.read('audit.app.package.download', '2016-04-18', '{actor} downloaded a package of app {target}', {
    fields,
  }),
  on.delete('audit.app.package.delete', '2016-04-15', '{actor} deleted a package of app {target}', {
    fields,
  }),
  gap.update('audit.app.package.update', firstRelease, '{actor} changed a package of app {target}', {
    fields: `${fields} request request.data.username request.data.password request.metadata.*`,
    redactions,
  }),
];
