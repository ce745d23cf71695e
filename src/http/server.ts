// The HTTP server: mounts the route table on Fastify, reads bodies within bounds, knows who asks, and turns every
// failure into the envelope of the dialect that was spoken. Handlers see none of this.
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { AppError } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import type { Context } from '../event/event.ts';
import { hideLooks, hideSecrets } from '../event/secrets.ts';
import { doerOf, mayRead, mayWrite, type Principal } from '../identity/principal.ts';
import { readBody, tooLarge } from './body.ts';
import { answerBroken, headerBytesMax } from './broken-request.ts';
import { dialectOf, refusal, unknownFailure } from './failure.ts';
import type { Answer, Call, Dialect, KnownCall, Route, Services } from './route.ts';

export interface ServerOptions {
  readonly routes: readonly Route[];
  readonly services: Services;
  readonly logLevel: string;
  readonly trustedProxies: readonly string[];
}

/** Makes the server; the caller listens and closes. */
export function createServer({ routes, services, logLevel, trustedProxies }: ServerOptions): FastifyInstance {
  /** Paths of the requests in progress, for answers to those that break in the middle of their bodies. */
  const paths = new WeakMap<Socket, string>();
  const app: FastifyInstance = Fastify({
    logger: { level: logLevel, stream: process.stderr, serializers: { req: describe } },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.importBytesMax,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    genReqId: ({ headers }) => requestId(headers['x-vcap-request-id'] ?? headers['x-request-id']),
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    routerOptions: { querystringParser: () => ({}), maxParamLength: limits.urlBytesMax },
    connectionTimeout: limits.connectionIdleMsMax,
    http: { maxHeaderSize: headerBytesMax(), requireHostHeader: false },
    clientErrorHandler: (error, socket) => answerBroken(error, socket, paths.get(socket)),
    frameworkErrors: (_error, request, reply) => {
      const dialect = dialectOf(request.raw.url ?? '');
      const broken = new AppError('BadRequest', ['the path is not percent-encoded UTF-8']);
      void send(reply, refusal(broken, dialect), dialect);
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-vcap-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    paths.set(request.raw.socket, request.url);
    const { httpVersion, headers } = request.raw;
    // What it says is never asked (body.ts), and one that is broken must not be a reason to refuse.
    delete headers['content-type'];
    if (httpVersion !== '1.0' && headers.host === undefined)
      throw new AppError('BadRequest', ['the header Host is missing']);
  });
  // Who is refused in the middle of a body may use the connection again: the rest of the body is passed over.
  app.addHook('onResponse', async (request) => {
    paths.delete(request.raw.socket);
    request.raw.resume();
  });
  // Whatever a client expects beside 100-continue, it gets the answer to its request.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.setNotFoundHandler((request, reply) => {
    const dialect = dialectOf(request.url);
    return send(reply, refusal(new AppError('NotFound'), dialect), dialect);
  });
  app.setErrorHandler((error, request, reply) => {
    const dialect = dialectOf(request.url);
    return send(reply, failure(error, request, dialect), dialect);
  });
  for (const route of routes) mount(app, route, services);
  return app;
}

function mount(app: FastifyInstance, route: Route, services: Services): void {
  app.route({
    method: route.method,
    url: route.path,
    handler: async (request, reply) => {
      let principal: Principal | null = null;
      try {
        if (route.access === 'public' || (route.access === 'log' && services.log.isPublic)) {
          const answer = await route.handle(await callOf(request, route), services);
          return send(reply, answer, route.dialect);
        }
        principal = await services.tokens.verify(request.headers.authorization);
        reply.header('x-user-guid', principal.guid);
        checkScope(principal, route);
        if (route.dialect === 'v2' && (await isSupporterOnly(principal, services))) {
          await noteRefusal(request, route, principal, 'V3Only', services);
          return send(reply, v3Only, route.dialect);
        }
        const call = await callOf(request, route);
        const known: KnownCall = { ...call, principal, doer: doerOf(principal, call.context) };
        return send(reply, await route.handle(known, services), route.dialect);
      } catch (error) {
        const answer = failure(error, request, route.dialect);
        if (answer.status === 403 && principal !== null) {
          const reason = error instanceof AppError ? error.entry : 'NotAuthorized';
          const noting = noteRefusal(request, route, principal, reason, services);
          await noting.catch((err) => request.log.error({ err }, 'a refusal could not be recorded yet'));
        }
        return send(reply, answer, route.dialect);
      }
    },
  });
}

/** Space supporters came after V2: whoever is no more than that is kept out of it (events-api.md, section A.7). */
async function isSupporterOnly(principal: Principal, services: Services): Promise<boolean> {
  const { global, roles } = await services.standing(principal);
  const counting = roles.filter(({ type }) => type !== 'organization_user');
  return global === null && counting.length > 0 && counting.every(({ type }) => type === 'space_supporter');
}

const v3Only: Answer = {
  status: 403,
  headers: { 'content-type': 'text/html' },
  body: 'You are not authorized to perform the requested action. Space supporters can use the V3 API only.',
};

/** Scopes, as far as they decide before anything is looked up; the codes differ between V2 and V3. */
function checkScope(principal: Principal, { access, dialect }: Route): void {
  const isEnough = access === 'token' || access === 'log';
  const allowed = isEnough || (access === 'read' ? mayRead(principal) : mayWrite(principal));
  if (!allowed) throw new AppError(dialect === 'v2' ? 'InsufficientScope' : 'NotAuthorized');
}

/** A refused attempt is itself recorded (design, section 5): counted per source, user and minute. */
async function noteRefusal(
  request: FastifyRequest,
  route: Route,
  principal: Principal,
  reason: string,
  { doors }: Services,
): Promise<void> {
  const path = (request.url.split('?', 1)[0] ?? '').slice(0, limits.contextCharactersMax);
  const doer = doerOf(principal, contextOf(request, route.dialect));
  await doors.refused(doer, { method: request.method, path, status: 403, reason });
}

async function callOf(request: FastifyRequest, route: Route): Promise<Call> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.bodyBytesMax && route.stream !== true) throw tooLarge();
  // Not destroyed where reading stops early: that would leave the connection dead but open.
  const stream = (request.body as Readable | undefined)?.iterator({ destroyOnReturn: false });
  const at = request.url.indexOf('?');
  return {
    params: (request.params ?? {}) as Record<string, string>,
    query: at < 0 ? '' : request.url.slice(at + 1),
    body: stream === undefined || route.stream === true ? '' : await readBody(stream),
    headers: request.headers as Record<string, string | undefined>,
    context: contextOf(request, route.dialect),
    stream: route.stream === true ? (stream ?? null) : null,
  };
}

function contextOf(request: FastifyRequest, dialect: Dialect): Context {
  const claimed = request.headers['x-forwarded-for'];
  const agent = request.headers['user-agent'];
  return {
    address: request.ip,
    ...(claimed === undefined ? {} : { claimed_address: cut(String(claimed)) }),
    ...(agent === undefined ? {} : { user_agent: cut(agent) }),
    request_id: request.id,
    interface: dialect === 'root' ? 'v3' : dialect,
  };
}

/** Header text within bounds and without what could not be stored. */
function cut(text: string): string {
  return text.toWellFormed().replaceAll('\0', '').slice(0, limits.contextCharactersMax);
}

/**
 * The incoming id, cleaned as the original does, and a new UUID; without one just the UUID (events-api.md A.9). A
 * token that was sent there by mistake is taken out first: cleaned, nobody could tell it any more.
 */
function requestId(incoming: string | string[] | undefined): string {
  const text = Array.isArray(incoming) ? incoming.join() : (incoming ?? '');
  const clean = hideSecrets(text)
    .replaceAll(/[^\w-]/g, '')
    .slice(0, 255);
  return clean === '' ? randomUUID() : `${clean}::${randomUUID()}`;
}

function failure(error: unknown, request: FastifyRequest, dialect: Dialect): Answer {
  if (error instanceof AppError) {
    if (error.status === 503) request.log.warn({ req: request }, error.message);
    return refusal(error, dialect);
  }
  // The client has gone, or broke its body off: nobody reads this answer.
  if (request.raw.destroyed && !request.raw.complete)
    return refusal(new AppError('MessageParseError', ['the body ended early']), dialect);
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return refusal(tooLarge(), dialect);
  if (status >= 400 && status < 500) return refusal(new AppError('InvalidRequest'), dialect);
  request.log.error({ err: error, req: request }, 'defect');
  return unknownFailure(dialect);
}

function send(reply: FastifyReply, { status, body, headers }: Answer, dialect: Dialect): FastifyReply {
  reply.code(status);
  if (headers !== undefined) reply.headers(headers);
  if (body === undefined) return reply.send();
  if (!reply.hasHeader('content-type')) reply.header('content-type', jsonType[dialect]);
  if (body instanceof Uint8Array)
    return reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  return reply.send(typeof body === 'string' ? body : JSON.stringify(body));
}

/** V2 of the original writes no blank here (events-api.md, sections A.9 and B.4). */
const jsonType: Record<Dialect, string> = {
  root: 'application/json;charset=utf-8',
  v2: 'application/json;charset=utf-8',
  v3: 'application/json; charset=utf-8',
  api: 'application/json; charset=utf-8',
  uaa: 'application/json;charset=UTF-8',
};

/** What the log says of a request: never its query, headers or body, which can hold secrets. */
function describe(request: FastifyRequest): { method: string; url: string } {
  return { method: request.method, url: hideLooks(request.url.split('?', 1)[0] ?? '') };
}
