// What an entry of the catalog says, and the look-up over all of them. The entries themselves stand in
// catalog/<noun>.ts, one noun a file; this file is the one list of those files.
import type { Audience } from './event.ts';

/** How grave an event of a type is by itself; detections judge combinations. */
export type Severity = 'info' | 'notice' | 'warning' | 'critical';

/** The classes of NIST SP 800-53 AU-2 as this project groups them (docs/reference/events.md). */
export type AuditClass =
  | 'account-management'
  | 'object-access'
  | 'policy-change'
  | 'privileged-function'
  | 'process-tracking'
  | 'system-event'
  | 'authentication'
  | 'authorization'
  | 'data-change'
  | 'data-deletion'
  | 'log-management';

export type Category =
  | 'role'
  | 'create'
  | 'update'
  | 'delete'
  | 'read'
  | 'lifecycle'
  | 'access'
  | 'failure'
  | 'log';

/** How a member of `data` is made safe before it is stored (contract/events-api.md, section E.1). */
export interface Redaction {
  /** Dotted path from `data`; `*` stands for every member or item. */
  readonly path: string;
  /** The text that replaces the value, or a rule for texts that hold more than the secret. */
  readonly replace: string | { readonly rule: 'url-user-info' | 'manifest-secrets' | 'cut-10000' };
  /** Whether null and empty values are replaced too (the original does so for most). Default true. */
  readonly whenEmpty?: boolean;
}

export interface CatalogEntry {
  readonly type: string;
  readonly audience: Audience;
  /** V2 actee_type, V3 target.type. */
  readonly target: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly auditClass: AuditClass;
  /** `{actor}`, `{target}`, `{space}`, `{organization}` stand for names. */
  readonly sentence: string;
  /** Members of `data` by dotted path, for the reference page. */
  readonly fields: readonly string[];
  readonly redactions: readonly Redaction[];
  /** First day on which the original, or Hansard, could emit it; null once nothing does. */
  readonly since: string;
  readonly until: string | null;
  /** The original's, its gap that Hansard closes, or Hansard's own log. */
  readonly source: 'cloud-foundry' | 'gap' | 'hansard';
}
