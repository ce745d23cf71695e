// Events on environment variable groups, which the original does not record. The target's guid is `running`
// or `staging`; the names of variables stay readable, their values do not.
import { type CatalogEntry, firstRelease, noun, ruled } from './entry.ts';

const on = noun('environment_variable_group', { source: 'gap', auditClass: 'policy-change' });

export const environmentVariableGroups: readonly CatalogEntry[] = [
  on.update(
    'audit.environment_variable_group.update',
    firstRelease,
    '{actor} changed the environment variables of all {target} apps',
    { fields: 'request request.var.*', redactions: ruled('every-value', 'request'), severity: 'notice' },
  ),
];
