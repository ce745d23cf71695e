// OAuth clients as UAA administers them: programs that ask for tokens. No answer holds a secret.
import { AppError } from '../../core/error.ts';
import { microsPerSecond } from '../../core/instant.ts';
import { type Json, member } from '../../core/json.ts';
import {
  type Client,
  clientById,
  clientOf,
  clientTable,
  grantTypesOf,
  hashSecret,
  newClient,
} from '../../identity/client.ts';
import { Denied } from '../../identity/denied.ts';
import { administratorScope } from '../../identity/scope.ts';
import type { Answer, Route } from '../route.ts';
import { uaaRoute, type Visit, type Visitor, visitorOf } from './dialect.ts';
import { scopeList } from './form.ts';
import { listAnswer, readListRequest } from './list.ts';
import { type Attributes, columnOf, readFilter, readObject, textMember } from './scim.ts';

const collection = '/oauth/clients';
const one = `${collection}/:id`;

export const routes: readonly Route[] = [
  clientRoute('GET', collection, 'Find OAuth clients', listClients),
  clientRoute('POST', collection, 'Register an OAuth client', createClient),
  clientRoute('GET', one, 'One OAuth client', oneClient),
  clientRoute('DELETE', one, 'Remove an OAuth client, its sessions and its roles', deleteClient),
  clientRoute('PUT', `${one}/secret`, 'Change the secret of an OAuth client', changeSecret),
];

const readScopes = ['clients.read', 'clients.admin', administratorScope] as const;
const writeScopes = ['clients.write', 'clients.admin', administratorScope] as const;

const schemas = ['http://cloudfoundry.org/schema/scim/oauth-clients-1.0'];
const attributes: Attributes = {
  client_id: { column: 'id', valueOf: (text) => text },
};

/** What UAA shows where a client has no scopes or authorities. */
const noScope = 'uaa.none';

async function listClients(visit: Visit): Promise<Answer> {
  await visitorOf(visit, readScopes);
  const request = readListRequest(visit.query);
  const column = columnOf(request.sortBy, attributes) ?? 'id';
  const { rows, total } = await visit.services.store.rowPage(clientTable, {
    where: readFilter(request.filter, attributes),
    order: [{ column, direction: request.direction }],
    limit: request.itemsPerPage,
    offset: request.startIndex - 1,
  });
  return listAnswer(request, { resources: rows.map((row) => shown(clientOf(row))), total, schemas });
}

async function oneClient(visit: Visit): Promise<Answer> {
  await visitorOf(visit, readScopes);
  return { status: 200, body: shown(await existing(visit)) };
}

async function createClient(visit: Visit): Promise<Answer> {
  const visitor = await visitorOf(visit, writeScopes);
  const { doors } = visit.services;
  const json = readObject(visit.body, invalidClient);
  const text = (name: string) => textMember(json, name, invalidClient) ?? '';
  const secretHash = await hashSecret(text('client_secret'), doors.passwords);
  const client = newClient({
    id: text('client_id'),
    secretHash,
    grantTypes: grantTypesOf(words(json, 'authorized_grant_types')),
    scopes: words(json, 'scope').filter((scope) => scope !== noScope),
    authorities: words(json, 'authorities').filter((scope) => scope !== noScope),
  });
  checkAuthorities(visitor, client.authorities);
  const order = { doer: visitor.doer, client, mayHaveRoles: isAdministrator(visitor) };
  return { status: 201, body: shown(await doors.run('client.create', order)) };
}

async function deleteClient(visit: Visit): Promise<Answer> {
  const visitor = await visitorOf(visit, writeScopes);
  const { id, authorities } = await existing(visit);
  checkAuthorities(visitor, authorities);
  const client = await visit.services.doors.run('client.delete', { doer: visitor.doer, id });
  return { status: 200, body: shown(client) };
}

/** One's own with the old one; another client's by an administrator of clients, without. */
async function changeSecret(visit: Visit): Promise<Answer> {
  const visitor = await visitorOf(visit, ['clients.secret', 'clients.admin', administratorScope]);
  const { doors } = visit.services;
  const { doer, principal } = visitor;
  const json = readObject(visit.body, invalidClient);
  const text = (name: string) => textMember(json, name, invalidClient) ?? '';
  const mode = text('changeMode') || 'UPDATE';
  if (mode !== 'UPDATE') throw invalidClient('A client has one secret here: the change mode is UPDATE.');
  const client = await existing(visit);
  checkAuthorities(visitor, client.authorities);
  const isOwn = principal.kind === 'client' && principal.guid === client.id;
  if (!['clients.admin', administratorScope].some((scope) => principal.scopes.includes(scope))) {
    if (!isOwn) {
      throw invalidClient("Bad request. Not permitted to change another client's secret");
    }
    await doors.confirmSecret(client, text('oldSecret'), doer.context);
  }
  if (text('secret') === '') throw invalidClient('A secret must be given.');
  const secretHash = await hashSecret(text('secret'), doors.passwords);
  const mayHaveRoles = isOwn || isAdministrator(visitor);
  await doors.run('client.secret', { doer, id: client.id, secretHash, mayHaveRoles });
  return { status: 200, body: { status: 'ok', message: 'secret updated' } };
}

/** Nobody but an administrator makes, removes or takes over a client that may do what they may not. */
function checkAuthorities(visitor: Visitor, authorities: readonly string[]): void {
  if (isAdministrator(visitor)) return;
  const beyond = authorities.find((scope) => !visitor.principal.scopes.includes(scope));
  if (beyond === undefined) return;
  throw invalidClient(`${beyond} is not an allowed authority: whoever asks does not have it either.`);
}

function isAdministrator({ principal }: Visitor): boolean {
  return principal.scopes.includes(administratorScope);
}

async function existing({ services, params }: Visit): Promise<Client> {
  const id = params.id ?? '';
  const client = await clientById(services.store, id);
  if (client === null) throw new Denied(404, 'not_found', `No such client: ${id}`);
  return client;
}

function shown({ id, scopes, authorities, grantTypes, createdAt }: Client) {
  return {
    client_id: id,
    name: id,
    scope: scopes.length === 0 ? [noScope] : scopes,
    authorities: authorities.length === 0 ? [noScope] : authorities,
    authorized_grant_types: grantTypes,
    resource_ids: ['none'],
    autoapprove: [],
    lastModified: Math.floor((createdAt / microsPerSecond) * 1000),
  };
}

/** A list of words: an array of texts, or one text with commas or blanks between them, as old clients write it. */
function words(json: Json, name: string): string[] {
  const list = member(json, name);
  if (list === undefined || list.kind === 'null') return [];
  if (list.kind === 'string') return scopeList(list.value.replaceAll(',', ' '));
  const texts = list.kind === 'array' ? list.items : [];
  const found = texts.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
  if (list.kind === 'array' && found.length === texts.length) return [...new Set(found)];
  throw invalidClient(`${name} must be a list of texts.`);
}

function invalidClient(sentence: string): Denied {
  return new Denied(400, 'invalid_client', sentence);
}

/** UAA's words for what identity refuses of a client. */
function inWords(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.entry === 'UniquenessError') return new Denied(409, 'invalid_client', error.message);
  if (error.entry === 'UnprocessableEntity') return invalidClient(error.message);
  if (error.entry === 'ResourceNotFound') return new Denied(404, 'not_found', error.message);
  return error;
}

function clientRoute(
  method: Route['method'],
  path: string,
  summary: string,
  handle: (visit: Visit) => Promise<Answer>,
): Route {
  return uaaRoute({ method, path, summary }, (visit) =>
    handle(visit).catch((error: unknown) => {
      throw inWords(error);
    }),
  );
}
