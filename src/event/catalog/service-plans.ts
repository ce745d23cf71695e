// Events on service plans, and on which organizations may use them.
import { type CatalogEntry, noun } from './entry.ts';

const plan = noun('service_plan', { auditClass: 'privileged-function' });
const visibility = noun('service_plan_visibility', { auditClass: 'policy-change' });

const fields = `name free description service_guid extra unique_id public active bindable plan_updateable
  maximum_polling_duration maintenance_info create_instance_schema update_instance_schema
  create_binding_schema`;
const seen = `request request.service_plan_guid request.organization_guid request.type
  request.organizations.*.guid`;

export const servicePlans: readonly CatalogEntry[] = [
  plan.create('audit.service_plan.create', '2014-11-26', '{actor} added service plan {target}', { fields }),
  plan.update('audit.service_plan.update', '2014-11-26', '{actor} changed service plan {target}', { fields }),
  plan.delete('audit.service_plan.delete', '2014-11-26', '{actor} deleted service plan {target}', {
    fields: 'request',
  }),
  visibility.create(
    'audit.service_plan_visibility.create',
    '2014-12-08',
    '{actor} let an organization use a service plan',
    { fields: 'request request.service_plan_guid request.organization_guid' },
  ),
  visibility.update(
    'audit.service_plan_visibility.update',
    '2014-12-08',
    '{actor} changed which organizations may use a service plan',
    { fields: seen },
  ),
  visibility.delete(
    'audit.service_plan_visibility.delete',
    '2014-12-08',
    '{actor} withdrew a service plan from an organization',
    { fields: 'request' },
  ),
];
