// Events on user accounts, and on the roles that users are given in organizations and spaces.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const on = noun('user');
const gap = noun('user', { source: 'gap', auditClass: 'account-management' });

type RoleChange = Partial<Pick<CatalogEntry, 'severity' | 'until' | 'since'>>;

/** Being given a role and losing it: two types with one tale. */
function role(name: string, since: string, words: string, change: RoleChange = {}): CatalogEntry[] {
  const added = 'request request.* request.type request.relationships.*';
  return [
    on.role(`audit.user.${name}_add`, since, `{actor} made {target} ${words}`, { fields: added, ...change }),
    on.role(`audit.user.${name}_remove`, since, `{actor} removed {target} as ${words}`, {
      fields: 'request request.*',
      ...change,
    }),
  ];
}

/** Whoever manages can give roles to others. */
const grave = { severity: 'warning' } as const;

export const users: readonly CatalogEntry[] = [
  ...role('space_developer', '2016-10-24', 'a space developer'),
  ...role('space_manager', '2016-10-24', 'a space manager', grave),
  ...role('space_auditor', '2016-10-24', 'a space auditor'),
  ...role('space_supporter', '2021-06-24', 'a space supporter'),
  ...role('space_application_supporter', '2021-04-27', 'a space application supporter', {
    until: '2021-06-24',
  }),
  ...role('organization_user', '2016-11-10', 'a user of the organization'),
  ...role('organization_manager', '2016-11-10', 'an organization manager', grave),
  ...role('organization_billing_manager', '2016-11-10', 'an organization billing manager'),
  ...role('organization_auditor', '2016-11-10', 'an organization auditor'),
  gap.create('audit.user.create', firstRelease, '{actor} created user {target}', {
    fields: 'request request.guid request.username request.origin request.metadata.*',
  }),
  gap.update('audit.user.update', firstRelease, '{actor} changed user {target}', {
    fields: 'request request.metadata.* request.default_space_guid',
  }),
  gap.delete('audit.user.delete', firstRelease, '{actor} deleted user {target}', { severity: 'warning' }),
];
