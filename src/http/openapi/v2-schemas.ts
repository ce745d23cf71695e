// The resources of V2, each described once: head and entity. A schema named after the noun of a path describes its
// routes: V2Event for `/v2/events`.
import {
  address,
  anything,
  arrayOf,
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

const example = 'https://api.example.org';

const metadata = object({
  guid: guid('the resource'),
  url: address('Path of the resource', '/v2/events/0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01'),
  created_at: time('When it was made'),
  updated_at: orNull(time('When it was last changed')),
});

const link = orNull(object({ href: address('Absolute address', example), meta: ref('LinkMeta') }, ['meta']));

/** A resource with its own members; of each relation, the address and, as deep as was asked for, what is there. */
export function resource(members: Schemas, optional: readonly string[] = []): Schema {
  const addresses = text('Path of a related resource or list');
  return object({ metadata, entity: object(members, optional, { patternProperties: { _url$: addresses } }) });
}

export const v2Schemas: Schemas = {
  V2Resource: object({ metadata, entity: mapOf(anything, 'Members differ by kind') }),
  V2Event: object({
    metadata,
    entity: object({
      type: text('What happened, one of the event types', { examples: ['audit.organization.create'] }),
      actor: guid('whoever did it'),
      actor_type: text('Kind of actor', { examples: ['user'] }),
      actor_name: orNull(text('Display name of the actor')),
      actor_username: orNull(text('Log-in name of the actor')),
      actee: guid('what it was done to'),
      actee_type: text('Kind of target', { examples: ['organization'] }),
      actee_name: text('Its name at that time'),
      timestamp: time('When it happened'),
      metadata: mapOf(anything, 'What was asked for, secrets replaced; members differ by type'),
      space_guid: text('Guid of the space; empty where there is none'),
      organization_guid: text('Guid of the organization; empty where there is none'),
    }),
  }),
  V2Organization: resource({
    name: name('the organization', 'acme'),
    billing_enabled: flag('Kept for clients of the original'),
    quota_definition_guid: guid('its quota'),
    status: word('Whether its members can change anything', ['active', 'suspended']),
    default_isolation_segment_guid: orNull(guid('its default isolation segment')),
  }),
  V2Space: resource({
    name: name('the space', 'dev'),
    organization_guid: guid('the organization'),
    space_quota_definition_guid: orNull(guid('its quota')),
    isolation_segment_guid: orNull(guid('its isolation segment')),
    allow_ssh: flag('Whether apps may be entered with SSH'),
  }),
  V2User: resource(
    {
      admin: flag('Whether the user may do everything'),
      active: flag('Whether the user may log in'),
      default_space_guid: orNull(guid('the default space')),
      username: text('Log-in name, where there is an account', { examples: ['ann'] }),
      organization_roles: arrayOf(text('A role')),
      space_roles: arrayOf(text('A role')),
    },
    ['username', 'organization_roles', 'space_roles'],
  ),
  V2UserName: object(
    { username: text('Log-in name', { examples: ['ann'] }), origin: text('Identity provider') },
    ['origin'],
    { examples: [{ username: 'ann' }] },
  ),
  V2Job: object({
    metadata: object({
      guid: guid('the job'),
      url: address('Path of the job', '/v2/jobs/0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01'),
      created_at: time('When it was made'),
    }),
    entity: object({
      guid: guid('the job'),
      status: word('What became of it', ['queued', 'running', 'finished', 'failed']),
    }),
  }),
  V2Error: object({
    code: whole('Number of the error', { examples: [10005] }),
    error_code: text('Name of the error', { examples: ['CF-BadQueryParameter'] }),
    description: text('What is wrong, in a sentence'),
  }),
  LinkMeta: object({ version: text('Version of the API') }),
  Root: object({ links: mapOf(link, 'Address of each API; null: not here') }),
  V2Info: object(
    {
      name: text('Name of the product', { examples: ['Hansard'] }),
      build: text('Its version'),
      support: text('Where help is found'),
      version: whole('Always 0, for clients of the original'),
      description: text('A sentence'),
      authorization_endpoint: address('Where to log in', example),
      token_endpoint: address('Where tokens are granted', example),
      min_cli_version: text('Oldest cf command'),
      min_recommended_cli_version: text('Recommended cf command'),
      app_ssh_endpoint: orNull(text('Not here')),
      app_ssh_host_key_fingerprint: orNull(text('Not here')),
      app_ssh_oauth_client: orNull(text('Not here')),
      doppler_logging_endpoint: orNull(text('Not here')),
      api_version: text('Version of V2 that clients compare with'),
      osbapi_version: text('Version of the Open Service Broker API'),
      user: guid('the user of the token, where one was sent'),
    },
    ['user'],
  ),
  Health: object({ status: text('ok') }),
  Readiness: object({ status: text('ready') }),
  ImportReport: object({
    new: whole('Lines that were kept'),
    known: whole('Lines that the log had already'),
    refused: whole('Lines that were not kept'),
    elsewhere: whole('New ones whose guid the log has under another origin already'),
    refusals: arrayOf(
      object({ line: whole('Number of the line', { minimum: 1 }), reason: text('A sentence') }),
    ),
    sha256: text('Digest of all that was sent', { pattern: '^[0-9a-f]{64}$', examples: ['0'.repeat(64)] }),
  }),
};

/** A page of a V2 list. */
export function v2PageOf(schema: string): Schema {
  const path = text('Path and query of another page; follow it as it is', {
    examples: ['/v2/events?page=2'],
  });
  return object(
    {
      total_results: whole('How many there are on all pages, exactly'),
      total_pages: whole('How many pages', { minimum: 1 }),
      prev_url: orNull(path),
      next_url: orNull(path),
      resources: arrayOf(ref(schema)),
      orphans: mapOf(anything, 'Always empty; only with `orphan-relations=1`'),
    },
    ['orphans'],
  );
}
