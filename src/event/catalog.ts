// The look-up over all types of events. The entries themselves stand in catalog/<noun>.ts, one noun a file;
// this file is the one list of those files. A type that is not here is kept as it came and read by
// everybody's rules.
import { nearest } from '../core/nearest.ts';
import { apps } from './catalog/apps.ts';
import { blobs } from './catalog/blobs.ts';
import { buildpacks } from './catalog/buildpacks.ts';
import { builds } from './catalog/builds.ts';
import { deployments } from './catalog/deployments.ts';
import { domains } from './catalog/domains.ts';
import { droplets } from './catalog/droplets.ts';
import type { CatalogEntry } from './catalog/entry.ts';
import { environmentVariableGroups } from './catalog/environment-variable-groups.ts';
import { featureFlags } from './catalog/feature-flags.ts';
import { isolationSegments } from './catalog/isolation-segments.ts';
import { logItself } from './catalog/log.ts';
import { organizationQuotas } from './catalog/organization-quotas.ts';
import { organizations } from './catalog/organizations.ts';
import { packages } from './catalog/packages.ts';
import { processes } from './catalog/processes.ts';
import { routePolicies } from './catalog/route-policies.ts';
import { routes } from './catalog/routes.ts';
import { securityGroups } from './catalog/security-groups.ts';
import { serviceBindings } from './catalog/service-bindings.ts';
import { serviceBrokers } from './catalog/service-brokers.ts';
import { serviceInstances } from './catalog/service-instances.ts';
import { serviceKeys } from './catalog/service-keys.ts';
import { servicePlans } from './catalog/service-plans.ts';
import { serviceRouteBindings } from './catalog/service-route-bindings.ts';
import { services } from './catalog/services.ts';
import { spaceQuotas } from './catalog/space-quotas.ts';
import { spaces } from './catalog/spaces.ts';
import { stacks } from './catalog/stacks.ts';
import { tasks } from './catalog/tasks.ts';
import { userProvidedServiceInstances } from './catalog/user-provided-service-instances.ts';
import { users } from './catalog/users.ts';
import type { Audience } from './event.ts';

export type {
  AuditClass,
  CatalogEntry,
  Category,
  Redaction,
  RedactionRule,
  Severity,
} from './catalog/entry.ts';

/** All entries by noun, in the order in which people look for them. */
export const nouns: readonly { readonly title: string; readonly entries: readonly CatalogEntry[] }[] = [
  { title: 'Organizations', entries: organizations },
  { title: 'Spaces', entries: spaces },
  { title: 'Users and roles', entries: users },
  { title: 'Apps', entries: apps },
  { title: 'Processes and sidecars', entries: processes },
  { title: 'Packages', entries: packages },
  { title: 'Builds', entries: builds },
  { title: 'Droplets', entries: droplets },
  { title: 'Deployments and revisions', entries: deployments },
  { title: 'Tasks', entries: tasks },
  { title: 'Routes', entries: routes },
  { title: 'Route policies', entries: routePolicies },
  { title: 'Domains', entries: domains },
  { title: 'Service instances', entries: serviceInstances },
  { title: 'User-provided service instances', entries: userProvidedServiceInstances },
  { title: 'Service bindings', entries: serviceBindings },
  { title: 'Service keys', entries: serviceKeys },
  { title: 'Service route bindings', entries: serviceRouteBindings },
  { title: 'Service brokers', entries: serviceBrokers },
  { title: 'Service offerings', entries: services },
  { title: 'Service plans', entries: servicePlans },
  { title: 'Organization quotas', entries: organizationQuotas },
  { title: 'Space quotas', entries: spaceQuotas },
  { title: 'Security groups', entries: securityGroups },
  { title: 'Isolation segments', entries: isolationSegments },
  { title: 'Buildpacks', entries: buildpacks },
  { title: 'Stacks', entries: stacks },
  { title: 'Feature flags', entries: featureFlags },
  { title: 'Environment variable groups', entries: environmentVariableGroups },
  { title: 'Stored files', entries: blobs },
  { title: 'The log itself', entries: logItself },
];

const entries: readonly CatalogEntry[] = nouns.flatMap((noun) => noun.entries);
const byType: ReadonlyMap<string, CatalogEntry> = new Map(entries.map((entry) => [entry.type, entry]));

/** What the catalog says of a type; undefined for a type that it does not know. */
export function catalogOf(type: string): CatalogEntry | undefined {
  return byType.get(type);
}

/** Whose events a type's are; an unknown type came from some platform. */
export function audienceOf(type: string): Audience {
  return byType.get(type)?.audience ?? 'platform';
}

export function allEntries(): readonly CatalogEntry[] {
  return entries;
}

/** The known types that begin with a text, in the catalog's order. */
export function typesWithPrefix(prefix: string): readonly string[] {
  return entries.filter((entry) => entry.type.startsWith(prefix)).map((entry) => entry.type);
}

/** The words of a type that people remember: without `audit.`, `-` and `_` being one. */
function remembered(type: string): string {
  return type
    .toLowerCase()
    .replace(/^audit\./, '')
    .replaceAll('-', '_');
}

/** Types by what people remember of them; those that are still emitted win over those that are not. */
const byMemory: ReadonlyMap<string, string> = new Map(
  entries
    .toSorted((a, b) => Number(a.until === null) - Number(b.until === null))
    .map((entry) => [remembered(entry.type), entry.type]),
);

/** The type that somebody most likely meant who wrote one that does not exist; null where none is near. */
export function nearestType(text: string): string | null {
  const found = nearest(remembered(text.trim()), [...byMemory.keys()]);
  return found === null ? null : (byMemory.get(found) ?? null);
}

/** Names for the places of a sentence; one that is missing, null or empty is told in general words. */
export interface SentenceNames {
  readonly actor?: string | null | undefined;
  readonly target?: string | null | undefined;
  readonly space?: string | null | undefined;
  readonly organization?: string | null | undefined;
}

/** What happened, in one sentence without a full stop. */
export function sentenceOf(of: CatalogEntry | string, names: SentenceNames): string {
  const entry = typeof of === 'string' ? byType.get(of) : of;
  const template = entry?.sentence ?? '{actor} did "{type}" to {target}';
  const words: Readonly<Record<string, string>> = {
    type: String(of),
    actor: names.actor || 'somebody',
    target: names.target || '(unnamed)',
    space: names.space || 'a space',
    organization: names.organization || 'an organization',
  };
  const sentence = template.replace(/\{(\w+)\}/g, (_, place: string) => words[place] ?? '');
  return names.actor ? sentence : sentence.replace(/^somebody/, 'Somebody');
}
