// Every route of the table, asked at random and nearly rightly: whatever comes, the answer is one that its client can
// read, and never a defect. Two seeds: one that stays, so that the same is tested every day, and a fresh one.
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Route } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import { freshSeed } from '../crash/seed.ts';
import { startServer, type TestServer } from '../harness.ts';
import { exchange } from './exchange.ts';
import {
  form,
  type Grounds,
  jsonFor,
  newGrounds,
  parameterNames,
  parameterValues,
  segmentOf,
} from './grounds.ts';
import { judge } from './judge.ts';
import { bodyOf, headerValue, queryOf, visible } from './nasty.ts';

const fixedSeed = 20_260_101;
const runs = 30;
/** Passwords are slow on purpose. */
const runsOfPasswords = 6;

interface Attempt {
  readonly path: string;
  readonly head: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

describe('every route, asked at random', () => {
  let server: TestServer;
  let grounds: Grounds;
  before(async () => {
    server = await startServer();
    grounds = await newGrounds(server);
  });
  after(() => server.stop());

  for (const route of routes) {
    it(`${route.method} ${route.path}`, async (t) => {
      for (const seed of [fixedSeed, freshSeed(t)]) await attack(route, grounds, seed);
      // What was there may be gone now.
      if (route.method === 'DELETE' || route.method === 'PATCH') grounds = await newGrounds(server);
    });
  }

  it('paths that are no route', async (t) => {
    const grounds = await newGrounds(server);
    const path = fc.oneof(
      visible(60),
      fc.constantFrom('v3', 'v2', 'Users', 'oauth/', 'api/', '/', 'v3/apps'),
    );
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD');
    for (const seed of [fixedSeed, freshSeed(t)]) {
      await fc.assert(
        fc.asyncProperty(method, path, headersOf(grounds), async (asked, wild, headers) => {
          const target = `/${wild}`;
          const answer = await exchange(grounds.url, { method: asked, path: target, headers });
          judgeAny(answer, `${asked} ${target}`);
        }),
        { seed, numRuns: 300 },
      );
    }
  });
});

async function attack(route: Route, grounds: Grounds, seed: number): Promise<void> {
  const slow = /token$|password$|^\/Users$/.test(route.path) && route.method !== 'GET';
  await fc.assert(
    fc.asyncProperty(attempts(route, grounds), async ({ path, head, headers, body }) => {
      const method = head ? 'HEAD' : route.method;
      const answer = await exchange(grounds.url, {
        method,
        path,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      const what = `${method} ${path} ${JSON.stringify(headers)} ${body instanceof Uint8Array ? [...body] : body}`;
      if (head) judge({ ...answer, status: Math.min(answer.status, 399) }, route.dialect, what);
      else judge(answer, route.dialect, what, mediaOf(route));
    }),
    { seed, numRuns: slow ? runsOfPasswords : runs },
  );
}

function mediaOf({ about }: Route): string {
  const response = about?.response;
  return typeof response === 'object' && response !== null ? response.mediaType : 'application/json';
}

/** What may stand for the rest of a path: tiles and bundles, nearly right. */
const rest = fc.oneof(
  fc.constantFrom('0/000', '0/000.p/1', '000.p/1', 'entries/000.p/1', '0/x000/000', '63/000', '0/000.p/256'),
  visible(20).map((text) => encodeURIComponent(text.toWellFormed())),
);

function attempts(route: Route, grounds: Grounds): fc.Arbitrary<Attempt> {
  const names = route.path.match(/:\w+/g) ?? [];
  const segments = names.map((name) => segmentOf(grounds, route.path, name));
  const path = fc
    .tuple(rest, ...segments)
    .map(([tail, ...filling]) =>
      names.reduce(
        (filled, name, index) =>
          filled.replace(name, encodeURIComponent((filling[index] ?? '').toWellFormed())),
        route.path.replace(/\*$/, tail),
      ),
    );
  const query = queryOf(parameterNames, [...parameterValues, ...grounds.known]);
  const json = bodyOf(jsonFor(route.path, grounds));
  const body = route.path.startsWith('/oauth') || route.path === '/check_token' ? form : json;
  const isGet = route.method === 'GET';
  return fc.record({
    path: fc.tuple(path, fc.option(query, { nil: undefined })).map((parts) => {
      return parts[1] === undefined ? parts[0] : `${parts[0]}?${parts[1]}`;
    }),
    head: fc.boolean().map((yes) => yes && isGet),
    headers: headersOf(grounds),
    body: isGet
      ? fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: body })
      : fc.oneof({ weight: 9, arbitrary: body }, { weight: 1, arbitrary: fc.constant(undefined) }),
  });
}

function headersOf({ admin, user, nobody }: Grounds): fc.Arbitrary<Record<string, string>> {
  const authorization = fc.oneof(
    { weight: 14, arbitrary: fc.constant(admin) },
    { weight: 4, arbitrary: fc.constant(user) },
    { weight: 2, arbitrary: fc.constantFrom(...nobody) },
    { weight: 1, arbitrary: headerValue },
  );
  const names = fc.constantFrom(
    ...[
      'user-agent',
      'x-forwarded-for',
      'x-vcap-request-id',
      'x-request-id',
      'accept',
      'content-type',
      'cookie',
    ],
    ...['content-encoding', 'if-match', 'range', 'x-b3-traceid', 'x-forwarded-host', 'forwarded', 'origin'],
  );
  return fc
    .tuple(authorization, fc.dictionary(names, headerValue, { maxKeys: 3 }))
    .map(([who, rest]) => ({ ...rest, ...(who === '' ? {} : { authorization: who }) }));
}

/** Of a path that is no route, the dialect is the server's to guess: one of the three envelopes fits. */
function judgeAny(answer: Parameters<typeof judge>[0], what: string): void {
  const body = answer.body;
  const dialect = body.startsWith('{"errors"') ? 'v3' : body.startsWith('{"error"') ? 'uaa' : 'v2';
  judge(body === '' ? { ...answer, status: Math.min(answer.status, 399) } : answer, dialect, what);
}
