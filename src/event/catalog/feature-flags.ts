// Events on feature flags, which the original does not record. The target's guid is the flag's name.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const on = noun('feature_flag', { source: 'gap', auditClass: 'policy-change' });

export const featureFlags: readonly CatalogEntry[] = [
  on.update('audit.feature_flag.update', firstRelease, '{actor} changed feature flag {target}', {
    fields: 'request request.enabled request.custom_error_message request.error_message',
    severity: 'notice',
  }),
];
