// The exports that compliance teams ask for by name, as data: which types, and which cells make a row. They are the
// five lists of the guide that people follow with `cf curl` and `jq` (docs/guide/recipes.md says what differs).
import { fieldAt, itemsAt, textAt } from './field.ts';
import type { ExportRecord } from './record.ts';

export type ExportFormat = 'csv' | 'ndjson' | 'json';

export interface Column {
  readonly title: string;
  readonly cell: (event: ExportRecord) => string;
}

export interface Recipe {
  readonly name: string;
  /** What the list shows, for the help. */
  readonly title: string;
  readonly types: readonly string[];
  /** Taken as well with --all-roles. */
  readonly otherRoleTypes: readonly string[];
  readonly format: ExportFormat;
  readonly columns: readonly Column[];
}

const timestamp: Column = { title: 'Timestamp', cell: (event) => event.timestamp };
const actor: Column = { title: 'User Performing Action', cell: actorName };
const action: Column = { title: 'Action Type', cell: (event) => event.type };

/** Log-in name where the source tells it (V2), else e-mail or other name, else the guid. */
export function actorName(event: ExportRecord): string {
  return event.actor.username || event.actor.name || event.actor.guid;
}

/** The target's name, else its guid. */
export function targetName(event: ExportRecord): string {
  return event.target.name || event.target.guid;
}

/** The columns of an export without a recipe. */
export const generalColumns: readonly Column[] = [
  timestamp,
  actor,
  action,
  { title: 'Target', cell: targetName },
  { title: 'Target Type', cell: (event) => event.target.type },
  { title: 'Organization GUID', cell: (event) => event.organizationGuid },
  { title: 'Space GUID', cell: (event) => event.spaceGuid },
  { title: 'Event GUID', cell: (event) => event.guid },
  { title: 'Actor GUID', cell: (event) => event.actor.guid },
  { title: 'Target GUID', cell: (event) => event.target.guid },
  { title: 'Data', cell: (event) => JSON.stringify(event.data) },
];

function bothWays(roles: readonly string[]): string[] {
  return roles.flatMap((role) => [`audit.user.${role}_add`, `audit.user.${role}_remove`]);
}

/** V2 says which app a route was tied to; route updates of V3 list destinations instead. */
function routedApps(event: ExportRecord): string {
  const single = textAt(event.data, 'request', 'app');
  if (single !== '') return single;
  const apps = itemsAt(event.data, 'request', 'destinations').map((item) => textAt(item, 'app', 'guid'));
  return [...new Set(apps.filter((guid) => guid !== ''))].join(' ');
}

/** A related resource of a binding: V3 relationships, else the flat member of V2. */
function related(event: ExportRecord, noun: string): string {
  const request = fieldAt(event.data, 'request');
  return textAt(request, 'relationships', noun, 'data', 'guid') || textAt(request, `${noun}_guid`);
}

/** Route bindings are events of the service instance itself. */
function boundService(event: ExportRecord): string {
  const guid = related(event, 'service_instance');
  if (guid !== '') return guid;
  return event.type.startsWith('audit.service_instance.') ? event.target.guid : '';
}

/** All recipes, in the guide's order. */
export const recipes: readonly Recipe[] = [
  {
    name: 'user-access',
    title: 'who was given or lost which role',
    types: bothWays(['space_developer', 'space_auditor', 'space_manager']),
    otherRoleTypes: bothWays([
      'space_supporter',
      'organization_user',
      'organization_auditor',
      'organization_billing_manager',
      'organization_manager',
    ]),
    format: 'csv',
    // The person concerned is the event's target: `metadata.request.name`, which the guide prints, is empty today.
    columns: [timestamp, actor, action, { title: 'User', cell: targetName }],
  },
  {
    name: 'routes',
    title: 'routes made, changed and deleted',
    types: ['audit.route.create', 'audit.route.delete-request', 'audit.route.update'],
    otherRoleTypes: [],
    format: 'csv',
    columns: [
      timestamp,
      actor,
      action,
      { title: 'Route', cell: targetName },
      { title: 'App GUID', cell: routedApps },
    ],
  },
  {
    name: 'service-instances',
    title: 'service instances made and deleted',
    types: ['audit.service_instance.create', 'audit.service_instance.delete'],
    otherRoleTypes: [],
    format: 'csv',
    columns: [timestamp, actor, action, { title: 'Service Name', cell: targetName }],
  },
  {
    name: 'service-bindings',
    title: 'services bound to apps and routes',
    types: [
      'audit.service_binding.create',
      'audit.service_instance.bind_route',
      'audit.service_instance.unbind_route',
    ],
    otherRoleTypes: [],
    format: 'csv',
    columns: [
      timestamp,
      actor,
      action,
      { title: 'App GUID', cell: (event) => related(event, 'app') },
      { title: 'Service GUID', cell: boundService },
    ],
  },
  {
    name: 'services',
    title: 'everything about services, instances and bindings',
    types: [
      'audit.service.create',
      'audit.service.delete',
      'audit.service.update',
      'audit.service_binding.create',
      'audit.service_binding.delete',
      'audit.service_instance.bind_route',
      'audit.service_instance.create',
      'audit.service_instance.delete',
      'audit.service_instance.unbind_route',
      'audit.service_instance.update',
    ],
    otherRoleTypes: [],
    format: 'json',
    columns: generalColumns,
  },
];

/** The recipe of a name, or undefined. */
export function recipeNamed(name: string): Recipe | undefined {
  return recipes.find((recipe) => recipe.name === name);
}
