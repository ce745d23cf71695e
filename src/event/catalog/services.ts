// Events on service offerings. Brokers themselves are the actors of what their catalogs change.
import { type CatalogEntry, noun } from './entry.ts';

const on = noun('service', { auditClass: 'privileged-function' });

const fields = `service_broker_guid unique_id label description long_description provider url version info_url
  documentation_url bindable tags extra active requires plan_updateable bindings_retrievable
  instances_retrievable allow_context_updates`;

export const services: readonly CatalogEntry[] = [
  on.create('audit.service.create', '2014-11-21', '{actor} added service offering {target}', { fields }),
  on.update('audit.service.update', '2014-11-21', '{actor} changed service offering {target}', { fields }),
  on.delete('audit.service.delete', '2014-11-24', '{actor} deleted service offering {target}', {
    fields: 'request request.purge',
  }),
];
