// Events on security groups, which the original records only where V2 binds one from the side of a space
// (audit.space.update). `running` and `staging` are the two times of an app's life in which a group can hold.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const on = noun('security_group', { source: 'gap', auditClass: 'policy-change' });

const fields = `request request.name request.rules request.globally_enabled.running
  request.globally_enabled.staging request.relationships.*`;

/** What can be done to a group for one of the two times. */
function during(time: 'running' | 'staging'): CatalogEntry[] {
  const type = (verb: string) => `audit.security_group.${verb}_${time}`;
  const scope = { fields: 'space_guid' };
  return [
    on.update(
      `${type('bind')}_space`,
      firstRelease,
      `{actor} bound security group {target} to a space for ${time} apps`,
      scope,
    ),
    on.update(
      `${type('unbind')}_space`,
      firstRelease,
      `{actor} unbound security group {target} from a space for ${time} apps`,
      scope,
    ),
    on.update(
      type('enable'),
      firstRelease,
      `{actor} made security group {target} a default of all ${time} apps`,
      { severity: 'warning' },
    ),
    on.update(
      type('disable'),
      firstRelease,
      `{actor} stopped security group {target} being a default of all ${time} apps`,
      { severity: 'warning' },
    ),
  ];
}

export const securityGroups: readonly CatalogEntry[] = [
  on.create('audit.security_group.create', firstRelease, '{actor} created security group {target}', {
    fields,
  }),
  on.update('audit.security_group.update', firstRelease, '{actor} changed security group {target}', {
    fields,
    severity: 'notice',
  }),
  on.delete('audit.security_group.delete', firstRelease, '{actor} deleted security group {target}'),
  ...during('running'),
  ...during('staging'),
];
