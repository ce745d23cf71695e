// Events on routes, and on which apps they lead to.
import { type CatalogEntry, noun } from './entry.ts';

const on = noun('route');
const app = noun('app');

const mapping = `route_guid app_port route_mapping_guid destination_guid process_type weight protocol
  route_options manifest_triggered`;

export const routes: readonly CatalogEntry[] = [
  on.create('audit.route.create', '2015-12-15', '{actor} created route {target}', {
    fields: `request request.host request.path request.port request.domain_guid request.space_guid
      request.relationships.* request.options request.metadata.* manifest_triggered`,
  }),
  on.update('audit.route.update', '2015-12-15', '{actor} changed route {target}', {
    fields: `request request.* request.app request.verb request.relation request.related_guid request.options
      request.metadata.*`,
  }),
  on.delete('audit.route.delete-request', '2015-12-15', '{actor} deleted route {target}', {
    fields: 'request request.recursive',
  }),
  on.update('audit.route.share', '2022-05-04', '{actor} shared route {target} with other spaces', {
    fields: 'target_space_guids',
    severity: 'notice',
  }),
  on.update('audit.route.unshare', '2022-05-23', '{actor} stopped sharing route {target} with a space', {
    fields: 'target_space_guid',
  }),
  on.update('audit.route.transfer-owner', '2022-07-22', '{actor} gave route {target} to another space', {
    fields: 'target_space_guid',
    severity: 'warning',
  }),
  app.update('audit.app.map-route', '2014-08-27', '{actor} mapped a route to app {target}', {
    fields: mapping,
  }),
  app.update('audit.app.unmap-route', '2014-08-27', '{actor} unmapped a route from app {target}', {
    fields: mapping,
  }),
];
