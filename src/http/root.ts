// What clients ask before anything else: `/`, `/v2/info`, `/v3`, `/v3/info` (events-api.md, section G), and what
// load balancers ask all the time: `/healthz`, `/readyz`. All public, none touches the log.
import { apiVersions, cliVersions, product } from '../core/version.ts';
import type { Answer, Call, Route, Services } from './route.ts';

/** Collections that `/v3` names: cf 6 and 7 refuse what is not listed (cf-cli.md, section 3). */
const collections = [
  'app_usage_events',
  'apps',
  'audit_events',
  'builds',
  'buildpacks',
  'deployments',
  'domains',
  'droplets',
  'environment_variable_groups',
  'feature_flags',
  'info',
  'isolation_segments',
  'organization_quotas',
  'organizations',
  'packages',
  'processes',
  'resource_matches',
  'roles',
  'routes',
  'security_groups',
  'service_brokers',
  'service_credential_bindings',
  'service_instances',
  'service_offerings',
  'service_plans',
  'service_route_bindings',
  'service_usage_events',
  'space_quotas',
  'spaces',
  'stacks',
  'tasks',
  'users',
] as const;

function root(_call: Call, { url }: Services): Answer {
  const api = (path: string, version: string) => ({ href: `${url}${path}`, meta: { version } });
  const links = {
    self: { href: url },
    cloud_controller_v3: api('/v3', apiVersions.v3),
    network_policy_v0: null,
    network_policy_v1: null,
    login: { href: url },
    uaa: { href: url },
    credhub: null,
    routing: null,
    logging: null,
    log_cache: null,
    log_stream: null,
    app_ssh: null,
    cloud_controller_v2: api('/v2', apiVersions.v2),
    hansard: { href: `${url}/api`, meta: { version: product.version } },
  };
  return { status: 200, body: { links } };
}

async function v2Info(call: Call, { url, tokens }: Services): Promise<Answer> {
  const body = {
    name: product.name,
    build: product.version,
    support: '',
    version: 0,
    description: 'The verbatim record of everything done in organizations and spaces',
    authorization_endpoint: url,
    token_endpoint: url,
    min_cli_version: cliVersions.minimum,
    min_recommended_cli_version: cliVersions.minimum,
    app_ssh_endpoint: null,
    app_ssh_host_key_fingerprint: null,
    app_ssh_oauth_client: null,
    doppler_logging_endpoint: null,
    api_version: apiVersions.v2,
    osbapi_version: apiVersions.osbapi,
  };
  const user = await tokens.verify(call.headers.authorization).then(
    (principal) => ({ user: principal.guid }),
    () => ({}),
  );
  return { status: 200, body: { ...body, ...user } };
}

function v3Root(_call: Call, { url }: Services): Answer {
  const links = Object.fromEntries(collections.map((name) => [name, { href: `${url}/v3/${name}` }]));
  return { status: 200, body: { links: { self: { href: `${url}/v3` }, ...links } } };
}

function v3Info(_call: Call, { url }: Services): Answer {
  const body = {
    build: product.version,
    cli_version: { minimum: cliVersions.minimum, recommended: cliVersions.minimum },
    custom: {},
    description: 'The verbatim record of everything done in organizations and spaces',
    name: product.name,
    version: 0,
    osbapi_version: apiVersions.osbapi,
    rate_limits: { enabled: false, general_limit: 0, reset_interval_in_minutes: 0 },
    links: { self: { href: `${url}/v3/info` }, support: { href: '' } },
  };
  return { status: 200, body };
}

async function ready(_call: Call, { store }: Services): Promise<Answer> {
  await store.tree();
  return { status: 200, body: { status: 'ready' } };
}

const open = { method: 'GET', dialect: 'root', access: 'public' } as const;

export const routes: readonly Route[] = [
  { ...open, path: '/', summary: 'Links to every API', handle: root },
  { ...open, dialect: 'v2', path: '/v2/info', summary: 'About this server, for V2 clients', handle: v2Info },
  { ...open, dialect: 'v3', path: '/v3', summary: 'Links to the V3 collections', handle: v3Root },
  { ...open, dialect: 'v3', path: '/v3/info', summary: 'About this server', handle: v3Info },
  {
    ...open,
    path: '/healthz',
    summary: 'Whether the process answers',
    handle: () => ({ status: 200, body: { status: 'ok' } }),
  },
  { ...open, path: '/readyz', summary: 'Whether the store answers', handle: ready },
];
