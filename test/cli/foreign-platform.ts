// Somebody else's Cloud Foundry, as far as this command speaks with one: tokens, organizations, spaces, events in
// V2 and V3 with their paging links. It can be told to misbehave in the ways that real ones do.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ForeignEvent {
  readonly guid: string;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly target: string;
  readonly targetGuid?: string;
  readonly organization: string;
  readonly data?: object;
}

export interface Behaviour {
  /** Which of the event APIs it has. */
  speaks: readonly ('v2' | 'v3')[];
  /** Its largest page. */
  pageEvents: number;
  /** Seconds that its access tokens last. */
  tokenSeconds: number;
  /** Answers to be given, one each, instead of the next answers to requests for events. */
  mishaps: ((answer: ServerResponse) => unknown)[];
  /** Changes the path of a next link. */
  bendLink: (path: string) => string;
}

export interface Platform {
  readonly url: string;
  readonly behaviour: Behaviour;
  events: ForeignEvent[];
  /** Method and path of every request, in order. */
  readonly requests: string[];
  /** Tokens that it takes. */
  readonly tokens: Set<string>;
  newToken(): string;
  close(): Promise<void>;
}

export const organizationGuid = '11111111-1111-4111-8111-111111111111';
export const spaceGuid = '22222222-2222-4222-8222-222222222222';
export const password = 'pass word&';

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly token: string;
  readonly basic: string;
}

export async function startPlatform(behaviour: Partial<Behaviour> = {}): Promise<Platform> {
  const tokens = new Set<string>();
  let count = 0;
  const platform = {
    url: '',
    behaviour: {
      speaks: ['v2', 'v3'],
      pageEvents: 2,
      tokenSeconds: 600,
      mishaps: [],
      bendLink: (path: string) => path,
      ...behaviour,
    } satisfies Behaviour as Behaviour,
    events: [] as ForeignEvent[],
    requests: [] as string[],
    tokens,
    newToken(): string {
      count += 1;
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const exp = Math.floor(Date.now() / 1000) + platform.behaviour.tokenSeconds;
      const token = `${part({ alg: 'none' })}.${part({ user_name: 'jo', user_id: 'u1', origin: 'uaa', exp, count })}.`;
      tokens.add(token);
      return token;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, answer) => {
    platform.requests.push(`${request.method} ${request.url}`);
    void read(request).then((asked) => respond(platform, asked, answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  platform.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return platform;
}

async function read(request: IncomingMessage): Promise<Asked> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ');
  return {
    method: request.method ?? '',
    url: new URL(request.url ?? '', 'http://platform'),
    body,
    token: scheme.toLowerCase() === 'bearer' ? credentials : '',
    basic: scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString() : '',
  };
}

function respond(platform: Platform, asked: Asked, answer: ServerResponse): unknown {
  const { pathname } = asked.url;
  if (pathname === '/') {
    const links = { uaa: { href: platform.url }, login: { href: platform.url } };
    return send(answer, 200, { links });
  }
  if (pathname === '/oauth/token') return grant(platform, asked, answer);
  if (!platform.tokens.has(asked.token)) {
    return send(answer, 401, {
      errors: [{ code: 1000, title: 'CF-InvalidAuthToken', detail: 'Invalid Auth Token' }],
    });
  }
  const version = pathname.startsWith('/v3') ? 'v3' : 'v2';
  if (!platform.behaviour.speaks.includes(version)) return unknown(answer);
  if (pathname === '/v3/audit_events' || pathname === '/v2/events') {
    const mishap = platform.behaviour.mishaps.shift();
    if (mishap !== undefined) return mishap(answer);
    return send(answer, 200, version === 'v3' ? v3List(platform, asked.url) : v2List(platform, asked.url));
  }
  if (/^\/v[23]\/(organizations|spaces)$/.test(pathname))
    return send(answer, 200, places(asked.url, version));
  if (pathname === '/v3/echo') {
    answer.setHeader('x-test', 'yes');
    return send(answer, 201, { method: asked.method, body: asked.body });
  }
  return unknown(answer);
}

export function send(answer: ServerResponse, status: number, body: object): ServerResponse {
  answer.writeHead(status, { 'content-type': 'application/json' });
  return answer.end(JSON.stringify(body));
}

function unknown(answer: ServerResponse): ServerResponse {
  return send(answer, 404, { errors: [{ code: 10000, title: 'CF-NotFound', detail: 'Unknown request' }] });
}

function grant(platform: Platform, asked: Asked, answer: ServerResponse): ServerResponse {
  const form = new URLSearchParams(asked.body);
  const isUser = asked.basic === 'cf:' && form.get('username') === 'jo' && form.get('password') === password;
  const isRenewal = asked.basic === 'cf:' && form.get('refresh_token') === 'renew-me';
  const isClient = asked.basic === 'auditor:s3cret' && form.get('grant_type') === 'client_credentials';
  const isPasscode = form.get('passcode') === 'code';
  if (!isUser && !isRenewal && !isClient && !isPasscode) {
    return send(answer, 401, { error: 'unauthorized', error_description: 'Bad credentials' });
  }
  return send(answer, 200, {
    access_token: platform.newToken(),
    token_type: 'bearer',
    expires_in: platform.behaviour.tokenSeconds,
    ...(isClient ? {} : { refresh_token: 'renew-me' }),
  });
}

function places(url: URL, version: 'v2' | 'v3'): object {
  const isSpace = url.pathname.endsWith('spaces');
  const [guid, name] = isSpace ? [spaceGuid, 'prod'] : [organizationGuid, 'my-org'];
  const asked =
    url.searchParams.get('names') ??
    url.searchParams
      .getAll('q')
      .find((q) => q.startsWith('name:'))
      ?.slice(5);
  const found = asked === undefined || asked === name ? [{ guid, name }] : [];
  if (version === 'v3') return { resources: found };
  return {
    resources: found.map((place) => ({ metadata: { guid: place.guid }, entity: { name: place.name } })),
  };
}

interface Wanted {
  readonly types: readonly string[] | null;
  readonly organization: string | null;
  readonly since: string;
  readonly until: string;
  readonly newestFirst: boolean;
}

function chosen(platform: Platform, wanted: Wanted): ForeignEvent[] {
  const found = platform.events.filter(
    (event) =>
      (wanted.types === null || wanted.types.includes(event.type)) &&
      (wanted.organization === null || wanted.organization === event.organization) &&
      event.at >= wanted.since &&
      (wanted.until === '' || event.at < wanted.until),
  );
  return wanted.newestFirst ? found.toReversed() : found;
}

function v3List(platform: Platform, url: URL): object {
  const given = (name: string): string | null => url.searchParams.get(name);
  const found = chosen(platform, {
    types: given('types')?.split(',') ?? null,
    organization: given('organization_guids'),
    since: given('created_ats[gte]') ?? '',
    until: given('created_ats[lt]') ?? '',
    newestFirst: given('order_by') === '-created_at',
  });
  const page = Number(given('page') ?? 1);
  const size = Math.min(Number(given('per_page') ?? 50), platform.behaviour.pageEvents);
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  const hasNext = page * size < found.length;
  // The host is the platform's own name for itself, which need not be the one it was called by.
  const href = `https://api.elsewhere.example${platform.behaviour.bendLink(next.pathname + next.search)}`;
  return {
    pagination: { total_results: found.length, next: hasNext ? { href } : null },
    resources: found.slice((page - 1) * size, page * size).map(v3Event),
  };
}

function v2List(platform: Platform, url: URL): object {
  const filters = url.searchParams.getAll('q');
  const after = (start: string): string | null =>
    filters.find((q) => q.startsWith(start))?.slice(start.length) ?? null;
  const found = chosen(platform, {
    types: after('type IN ')?.split(',') ?? after('type:')?.split(',') ?? null,
    organization: after('organization_guid:'),
    since: after('timestamp>=') ?? '',
    until: after('timestamp<') ?? '',
    newestFirst: url.searchParams.get('order-direction') === 'desc',
  });
  const page = Number(url.searchParams.get('page') ?? 1);
  const size = Math.min(
    Number(url.searchParams.get('results-per-page') ?? 50),
    platform.behaviour.pageEvents,
  );
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  const hasNext = page * size < found.length;
  return {
    total_results: found.length,
    total_pages: Math.max(1, Math.ceil(found.length / size)),
    prev_url: null,
    next_url: hasNext ? platform.behaviour.bendLink(next.pathname + next.search) : null,
    resources: found.slice((page - 1) * size, page * size).map(v2Event),
  };
}

export function v3Event(event: ForeignEvent): object {
  return {
    guid: event.guid,
    created_at: event.at,
    updated_at: event.at,
    type: event.type,
    actor: { guid: 'u1', type: 'user', name: `${event.actor}@example.org` },
    target: { guid: event.targetGuid ?? 't1', type: 'user', name: event.target },
    data: event.data ?? {},
    space: { guid: spaceGuid },
    organization: { guid: event.organization },
    links: {},
  };
}

function v2Event(event: ForeignEvent): object {
  return {
    metadata: {
      guid: event.guid,
      url: `/v2/events/${event.guid}`,
      created_at: event.at,
      updated_at: event.at,
    },
    entity: {
      type: event.type,
      actor: 'u1',
      actor_type: 'user',
      actor_name: `${event.actor}@example.org`,
      actor_username: event.actor,
      actee: event.targetGuid ?? 't1',
      actee_type: 'user',
      actee_name: event.target,
      timestamp: event.at,
      metadata: event.data ?? {},
      space_guid: spaceGuid,
      organization_guid: event.organization,
    },
  };
}
