// The resources of V3, each described once. A schema named after the noun of a path describes its routes: for
// `/v3/organizations` Organization, NewOrganization and OrganizationChanges (conventions.ts).
import { limits } from '../../core/limits.ts';
import { organizationRoles, spaceRoles } from '../../identity/role.ts';
import {
  address,
  anything,
  arrayOf,
  exactly,
  exampleGuid,
  flag,
  guid,
  mapOf,
  name,
  object,
  orNull,
  ref,
  type Schema,
  type Schemas,
  text,
  time,
  whole,
  word,
} from './schema.ts';

const api = 'https://api.example.org';

const link = ref('Link');
const roleType = word('What the user is there', [...organizationRoles, ...spaceRoles]);

/** Members that begin every resource. */
const head: Schemas = {
  guid: guid('the resource'),
  created_at: time('When it was made'),
  updated_at: time('When it was last changed'),
};

export function toOne(of: string): Schema {
  return ref('ToOne', `The ${of}`);
}

export function toMany(of: string): Schema {
  return ref('ToMany', `The ${of}`);
}

const metadata = ref('Metadata');

/** A resource: its head, its own members, and links with these names. */
export function resource(
  members: Schemas,
  links: readonly string[],
  optionalLinks: readonly string[] = [],
): Schema {
  const all = Object.fromEntries([...links, ...optionalLinks].map((to) => [to, link]));
  return object({ ...head, ...members, links: object(all, optionalLinks) });
}

function party(who: string, named: Schema): Schema {
  return object({ guid: guid(who), type: text(`Kind of ${who}`, { examples: ['user'] }), name: named });
}

const placeOfEvent = orNull(object({ guid: guid('the place') }));

const user: Schemas = {
  guid: text('Guid of a user that exists, or of an OAuth client', { minLength: 1, maxLength: 200 }),
  username: text('Log-in name of a user of another origin', { examples: ['ann'] }),
  origin: text('Identity provider of that user', { examples: ['ldap'] }),
};

const usageFigures = [
  'started_instances',
  'memory_in_mb',
  'routes',
  'service_instances',
  'reserved_ports',
  'domains',
  'per_app_tasks',
  'service_keys',
];

export const v3Schemas: Schemas = {
  Link: object(
    {
      href: address('Absolute address', `${api}/v3/organizations`),
      method: text('HTTP method, where it is not GET'),
    },
    ['method'],
  ),
  Links: mapOf(link, 'Links by name'),
  Pagination: object(
    {
      total_results: whole('How many there are on all pages, exactly'),
      total_pages: whole('How many pages', { minimum: 1 }),
      first: link,
      last: link,
      next: orNull(link),
      previous: orNull(link),
    },
    [],
    { description: 'Follow the links as they are: they may carry a `cursor`' },
  ),
  Metadata: object({
    labels: mapOf(text('Up to 63 letters, digits and `-_.`'), 'Labels by key (`key` or `prefix/key`)'),
    annotations: mapOf(text(`Up to ${limits.annotationCharactersMax} characters`), 'Annotations by key'),
  }),
  MetadataChanges: exactly(
    {
      labels: mapOf(orNull(text('Value')), 'Labels to set; null takes one away'),
      annotations: mapOf(orNull(text('Value')), 'Annotations to set; null takes one away'),
    },
    ['labels', 'annotations'],
    { examples: [{ labels: { environment: 'production' } }] },
  ),
  ToOne: object({ data: orNull(object({ guid: guid('the other resource') })) }),
  ToMany: object({ data: arrayOf(object({ guid: guid('a related resource') })) }),
  ToManyRelationship: object({
    data: arrayOf(object({ guid: guid('a related resource') })),
    links: object({ self: link, related: link }, ['related']),
  }),
  ToManyChanges: exactly({ data: arrayOf(exactly({ guid: guid('a related resource') }, [])) }, []),
  ToOneRelationship: object({
    data: orNull(object({ guid: guid('the other resource') })),
    links: object({ self: link, related: link }, ['related']),
  }),
  ToOneChanges: exactly({ data: orNull(exactly({ guid: guid('the other resource') }, [])) }, []),
  Resource: object({ ...head, links: ref('Links') }, ['links'], {
    description: 'Members that every resource has; each kind has more of its own',
    additionalProperties: true,
  }),
  AuditEvent: object({
    ...head,
    type: text('What happened, one of the event types', { examples: ['audit.organization.create'] }),
    actor: party('whoever did it', orNull(text('Display name'))),
    target: party('what it was done to', text('Its name at that time')),
    data: mapOf(anything, 'What was asked for, secrets replaced; members differ by type'),
    space: placeOfEvent,
    organization: placeOfEvent,
    links: object({ self: link }),
  }),
  Event: object({
    guid: guid('the event'),
    origin: text("Where it was recorded: '' is this foundation, anything else the name of an import"),
    type: text('What happened, one of the event types', { examples: ['audit.organization.create'] }),
    audience: text('`platform` or `log`', { enum: ['platform', 'log'] }),
    outcome: text('How it ended', { enum: ['success', 'failure', 'unknown'] }),
    occurred_at: text('When it happened, in UTC with microseconds'),
    recorded_at: text('When this log took it in, in UTC with microseconds'),
    actor: mapOf(anything, 'guid, type, name and username of whoever did it'),
    target: mapOf(anything, 'guid, type and name of what it was done to'),
    space_guid: orNull(text('Guid of the space')),
    organization_guid: orNull(text('Guid of the organization')),
    context: orNull(
      mapOf(anything, 'Address, user agent, client, request id and interface, as far as known'),
    ),
    sealed: orNull(object({ epoch: whole('Tree of the log, from 1'), index: whole('Place in it, from 0') })),
    erased: arrayOf(
      text('What was disposed of: `data` is empty, with `particulars` there are no names and no context', {
        enum: ['data', 'particulars'],
      }),
    ),
    data: mapOf(anything, 'What was asked for, secrets replaced; members differ by type'),
  }),
  Organization: resource(
    {
      name: name('the organization', 'acme'),
      suspended: flag('Whether its members can change nothing'),
      relationships: object({ quota: toOne('quota') }),
      metadata,
    },
    ['self', 'domains', 'default_domain', 'quota'],
  ),
  NewOrganization: exactly(
    {
      name: name('the organization', 'acme'),
      suspended: flag('Whether its members can change nothing', { default: false }),
      metadata: ref('MetadataChanges'),
    },
    ['suspended', 'metadata'],
    { examples: [{ name: 'acme' }] },
  ),
  OrganizationChanges: exactly(
    {
      name: name('the organization', 'acme'),
      suspended: flag('Whether its members can change nothing; only admins'),
      metadata: ref('MetadataChanges'),
    },
    ['name', 'suspended', 'metadata'],
    { examples: [{ name: 'acme-eu' }] },
  ),
  Space: resource(
    {
      name: name('the space', 'dev'),
      relationships: object({ organization: toOne('organization'), quota: toOne('quota') }),
      metadata,
    },
    ['self', 'organization', 'features', 'apply_manifest'],
    ['quota'],
  ),
  NewSpace: exactly(
    {
      name: name('the space', 'dev'),
      relationships: exactly({ organization: ref('ToOneChanges') }, []),
      metadata: ref('MetadataChanges'),
    },
    ['metadata'],
  ),
  SpaceChanges: exactly(
    { name: name('the space', 'dev'), metadata: ref('MetadataChanges') },
    ['name', 'metadata'],
    { examples: [{ name: 'staging' }] },
  ),
  User: resource(
    {
      username: orNull(text('Log-in name; null where no account is known', { examples: ['ann'] })),
      presentation_name: text('The log-in name, else the guid', { examples: ['ann'] }),
      origin: orNull(text('Identity provider', { examples: ['uaa'] })),
      metadata,
    },
    ['self'],
  ),
  NewUser: {
    anyOf: [
      exactly({ guid: user.guid ?? anything, metadata: ref('MetadataChanges') }, ['metadata']),
      exactly(
        {
          username: user.username ?? anything,
          origin: user.origin ?? anything,
          metadata: ref('MetadataChanges'),
        },
        ['metadata'],
      ),
    ],
    description: 'By guid, or by name and origin',
  },
  UserChanges: exactly({ metadata: ref('MetadataChanges') }, ['metadata']),
  Role: resource(
    {
      type: roleType,
      relationships: object({
        user: toOne('user'),
        organization: toOne('organization, of an organization role'),
        space: toOne('space, of a space role'),
      }),
    },
    ['self', 'user'],
    ['organization', 'space'],
  ),
  NewRole: exactly(
    {
      type: roleType,
      relationships: exactly(
        {
          user: exactly(
            {
              data: exactly(user, ['guid', 'username', 'origin'], {
                description: 'guid, or username with or without origin',
              }),
            },
            [],
          ),
          organization: { ...ref('ToOneChanges'), description: 'For an organization role' },
          space: { ...ref('ToOneChanges'), description: 'For a space role' },
        },
        ['organization', 'space'],
      ),
    },
    [],
    {
      examples: [
        {
          type: 'organization_auditor',
          relationships: {
            user: { data: { username: 'ann' } },
            organization: { data: { guid: exampleGuid } },
          },
        },
      ],
    },
  ),
  Job: resource(
    {
      operation: text('What was asked for', { examples: ['organization.delete'] }),
      state: word('What became of it', ['PROCESSING', 'POLLING', 'COMPLETE', 'FAILED']),
      errors: arrayOf(ref('V3Error')),
      warnings: arrayOf(object({ detail: text('A sentence') })),
    },
    ['self'],
  ),
  Feature: object({
    name: text('Name of the feature', { examples: ['ssh'] }),
    description: text('What it does'),
    enabled: flag('Whether it is on'),
  }),
  FeatureChanges: exactly({ enabled: flag('Whether it shall be on') }, []),
  FeatureList: object({ resources: arrayOf(ref('Feature')) }),
  UsageSummary: object({
    usage_summary: object(
      Object.fromEntries(usageFigures.map((figure) => [figure, whole(figure.replaceAll('_', ' '))])),
    ),
    links: ref('Links'),
  }),
  V3Root: object({ links: mapOf(link, 'Address of each collection') }),
  V3Info: object({
    name: text('Name of the product', { examples: ['Hansard'] }),
    build: text('Its version'),
    version: whole('Always 0, for clients of the original'),
    description: text('A sentence'),
    custom: mapOf(anything, 'Nothing here'),
    osbapi_version: text('Version of the Open Service Broker API'),
    cli_version: object({ minimum: text('Oldest cf command'), recommended: text('Recommended cf command') }),
    rate_limits: object({
      enabled: flag('Whether requests are limited'),
      general_limit: whole('Requests'),
      reset_interval_in_minutes: whole('Minutes'),
    }),
    links: object({ self: link, support: link }),
  }),
  V3Error: object({
    code: whole('Number of the error', { examples: [10010] }),
    title: text('Name of the error', { examples: ['CF-ResourceNotFound'] }),
    detail: text('What is wrong, in a sentence', { examples: ['Organization not found'] }),
  }),
  V3Errors: object({ errors: arrayOf(ref('V3Error')) }),
};

/** A page of a V3 list. `included` holds what `include` asked for. */
export function v3PageOf(schema: string, includes: boolean): Schema {
  const included = mapOf(arrayOf(ref('Resource')), 'Resources that `include` asked for, by kind');
  return object(
    {
      pagination: ref('Pagination'),
      resources: arrayOf(ref(schema)),
      ...(includes ? { included } : {}),
    },
    ['included'],
  );
}
