// What an entry of the catalog says, and the small constructors that let catalog/<noun>.ts hold little but
// data. The entries stand one noun a file; the look-up over all of them is ../catalog.ts.
import type { Audience } from '../event.ts';

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

/**
 * A way to treat a value of which only a part is secret. `url-user-info`: user and password of a URL;
 * `manifest-secrets`: env, cnb-credentials, parameters and members with secret names of a YAML text;
 * `every-value`: all values below, while the names stay; `cut-10000`: the length.
 */
export type RedactionRule = 'url-user-info' | 'manifest-secrets' | 'every-value' | 'cut-10000';

/** How a member of `data` is made safe before it is stored (contract/events-api.md, section E.1). */
export interface Redaction {
  /** Dotted path from `data`; `*` stands for every member or item. */
  readonly path: string;
  /** The text that replaces the value, or a rule for values that hold more than the secret. */
  readonly replace: string | { readonly rule: RedactionRule };
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
  /** First day on which the original, or Hansard, could emit it. */
  readonly since: string;
  /** The day on which the original stopped emitting it; null while it does. */
  readonly until: string | null;
  /** The original's, its gap that Hansard closes, or Hansard's own log. */
  readonly source: 'cloud-foundry' | 'gap' | 'hansard';
}

/** The day of Hansard's first release: `since` of every type that is its own. */
export const firstRelease = '2026-11-22';

const usual: Record<Category, Pick<CatalogEntry, 'auditClass' | 'severity'>> = {
  role: { auditClass: 'account-management', severity: 'notice' },
  create: { auditClass: 'data-change', severity: 'info' },
  update: { auditClass: 'data-change', severity: 'info' },
  delete: { auditClass: 'data-deletion', severity: 'notice' },
  read: { auditClass: 'object-access', severity: 'notice' },
  lifecycle: { auditClass: 'process-tracking', severity: 'info' },
  access: { auditClass: 'authorization', severity: 'notice' },
  failure: { auditClass: 'process-tracking', severity: 'warning' },
  log: { auditClass: 'log-management', severity: 'info' },
};

type Settings = Partial<Omit<CatalogEntry, 'type' | 'target' | 'category' | 'fields'>>;

/** What an entry says beyond the usual; `fields` are dotted paths with blanks between them. */
type More = Settings & { readonly fields?: string };

type Constructor = (type: string, since: string, sentence: string, more?: More) => CatalogEntry;

/**
 * The constructors of a noun's entries, one a category, each with that category's usual class and severity.
 * @param target the target type of them all.
 * @param common what differs from an original type of the platform audience, for all of them.
 */
export function noun(target: string, common: Settings = {}): Record<Category, Constructor> {
  const of =
    (category: Category): Constructor =>
    (type, since, sentence, { fields = '', ...more } = {}) => ({
      type,
      audience: 'platform',
      target,
      category,
      ...usual[category],
      sentence,
      redactions: [],
      since,
      until: null,
      source: 'cloud-foundry',
      ...common,
      ...more,
      fields: fields.split(/\s+/).filter((field) => field !== ''),
    });
  return {
    role: of('role'),
    create: of('create'),
    update: of('update'),
    delete: of('delete'),
    read: of('read'),
    lifecycle: of('lifecycle'),
    access: of('access'),
    failure: of('failure'),
    log: of('log'),
  };
}

/** The original's text for values of apps, processes, tasks and services, with brackets since June 2018. */
export const hiddenText = '[PRIVATE DATA HIDDEN]';
/**
 * The original's text for credentials of brokers, clients and user-provided services; ours for everything
 * else.
 */
export const redactedText = '[REDACTED]';

/** Values that become `[PRIVATE DATA HIDDEN]`. */
export function hidden(...paths: readonly string[]): Redaction[] {
  return paths.map((path) => ({ path, replace: hiddenText }));
}

/** Values that become `[REDACTED]`. */
export function redacted(...paths: readonly string[]): Redaction[] {
  return paths.map((path) => ({ path, replace: redactedText }));
}

/** Values that a rule treats. */
export function ruled(rule: RedactionRule, ...paths: readonly string[]): Redaction[] {
  return paths.map((path) => ({ path, replace: { rule } }));
}
