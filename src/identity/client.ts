// OAuth clients: programs that ask for tokens, for their users or for themselves. `cf` is the command line's,
// built in, with the empty secret that it sends.
import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../core/error.ts';
import { isGuid, type Random } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { append, type Doer, type Happening } from '../log/append.ts';
import { type Readers, type Scene, type Transaction, UniqueViolation } from '../store/contract.ts';
import { equals, type Row, type Table } from '../store/table.ts';
import type { Passwords } from './password.ts';
import { roleOf, rolesOf, roleTable } from './role.ts';
import { knownScopes, unknownScope } from './scope.ts';
import { endSessions } from './session.ts';

/** `scopes`: what users may be granted through it; `authorities`: what it may be granted itself. */
export const clientTable: Table = {
  name: 'client',
  columns: {
    id: 'text',
    secret_hash: 'text',
    grant_types: 'json',
    scopes: 'json',
    authorities: 'json',
    created_at: 'instant',
  },
  key: ['id'],
  unique: [],
  indexes: [],
  bookkeeping: false,
};

export const grantTypes = ['password', 'refresh_token', 'client_credentials'] as const;
export type GrantType = (typeof grantTypes)[number];

const grantTypesText = `[${grantTypes.join(', ')}]`;

/** A client to be made, checked. `secretHash` is '' where the secret is empty. */
export interface NewClient {
  readonly id: string;
  readonly secretHash: string;
  readonly grantTypes: readonly GrantType[];
  readonly scopes: readonly string[];
  readonly authorities: readonly string[];
}

export interface Client extends NewClient {
  readonly createdAt: Instant;
}

/** The command line's client: users log in through it with everything that they may have. */
export const cfClient: NewClient = {
  id: 'cf',
  secretHash: '',
  grantTypes: ['password', 'refresh_token'],
  scopes: knownScopes,
  authorities: [],
};

/** Checks what somebody asks for. Throws UnprocessableEntity with a sentence. */
export function newClient(wanted: {
  readonly id: string;
  readonly secretHash: string;
  readonly grantTypes?: readonly GrantType[];
  readonly scopes?: readonly string[];
  readonly authorities?: readonly string[];
}): NewClient {
  const { id, secretHash, scopes = [], authorities = [] } = wanted;
  const grantTypes = withRefresh(wanted.grantTypes ?? ['client_credentials']);
  if (!/^[\w.@-]+$/.test(id) || id.length > limits.nameCharactersMax) {
    throw invalid('A client id consists of letters, digits and the signs . _ - @.');
  }
  // A client has the roles of its id: with a user's guid for one it would have that user's, and act in their name.
  if (isGuid(id.toLowerCase())) throw invalid('A client id must not have the form of a guid.');
  const unknown = unknownScope([...scopes, ...authorities]);
  if (unknown !== undefined) {
    throw invalid(`There is no scope "${unknown}". The scopes are ${knownScopes.join(', ')}.`);
  }
  if (grantTypes.length === 0) {
    throw invalid(`An authorized grant type must be provided. Must be one of: ${grantTypesText}`);
  }
  checkSecret(secretHash, { grantTypes, authorities });
  return { id, secretHash, grantTypes, scopes, authorities };
}

/** Grant types as somebody wrote them. Throws UnprocessableEntity, in UAA's words, for one that is not offered. */
export function grantTypesOf(texts: readonly string[]): GrantType[] {
  return texts.map((text) => {
    const known = grantTypes.find((type) => type === text);
    if (known !== undefined) return known;
    throw invalid(`${text} is not an allowed grant type. Must be one of: ${grantTypesText}`);
  });
}

/** Only a client that can do nothing by itself may have the empty secret, as `cf` has. */
function checkSecret(
  secretHash: string,
  { grantTypes, authorities }: Pick<NewClient, 'grantTypes' | 'authorities'>,
): void {
  if (secretHash === '' && (authorities.length > 0 || grantTypes.includes('client_credentials'))) {
    throw invalid('A client that speaks for itself needs a secret.');
  }
}

/** As UAA does: who logs in by password can stay logged in. */
function withRefresh(types: readonly GrantType[]): readonly GrantType[] {
  return types.includes('password') ? [...new Set<GrantType>([...types, 'refresh_token'])] : types;
}

/**
 * A secret for a client that brought none, and the text to store: random as it is, a plain digest suffices.
 */
export function generateSecret(random: Random): { secret: string; secretHash: string } {
  const secret = `hansard_secret_${Buffer.from(random(32)).toString('base64url')}`;
  return { secret, secretHash: digestText(secret) };
}

/**
 * The text to store of a secret that somebody chose; '' for the empty one. Throws UnprocessableEntity,
 * ServiceUnavailable.
 */
export async function hashSecret(secret: string, passwords: Passwords): Promise<string> {
  const max = limits.passwordCharactersMax;
  if (secret.length > max) throw invalid(`A secret may have at most ${max} characters.`);
  return secret === '' ? '' : passwords.hash(secret);
}

/**
 * Whether the secret is the client's. An unknown client has none, and it takes the work of a password to find that
 * out, as it does for a wrong secret: time does not tell which clients there are. Throws ServiceUnavailable.
 */
export async function isSecretOf(
  client: Client | null,
  secret: string,
  passwords: Passwords,
): Promise<boolean> {
  const stored = client?.secretHash ?? null;
  if (stored === '') return secret === '';
  if (stored === null || !stored.startsWith(digestMark)) return passwords.verify(secret, stored);
  if (timingSafeEqual(Buffer.from(digestText(secret)), Buffer.from(stored))) return true;
  return passwords.verify(secret, null);
}

export function clientOf(row: Row): Client {
  return {
    id: String(row.id),
    secretHash: String(row.secret_hash),
    grantTypes: JSON.parse(String(row.grant_types)),
    scopes: JSON.parse(String(row.scopes)),
    authorities: JSON.parse(String(row.authorities)),
    createdAt: Number(row.created_at),
  };
}

export async function clientById(readers: Readers, id: string): Promise<Client | null> {
  const [row] = await readers.rows(clientTable, { where: equals('id', id), limit: 1 });
  return row === undefined ? null : clientOf(row);
}

/** `mayHaveRoles`: an administrator asks, or the client itself; see `checkRoles`. */
interface Order {
  readonly doer: Doer;
  readonly mayHaveRoles?: boolean;
}

/** Work: makes a client. Throws UniquenessError, and UnprocessableEntity where its id has roles that it may not. */
export function createClient(
  tx: Transaction,
  { doer, client, mayHaveRoles = false }: Order & { readonly client: NewClient },
  scene: Scene,
): Client {
  return append(tx, scene, doer, (at) => {
    if (!mayHaveRoles) checkRoles(tx, client.id);
    const made = insertClient(tx, client, at);
    const { grantTypes, scopes, authorities } = made;
    const data = { grants: grantTypes, scopes, authorities };
    return { events: [happened('client_create', made.id, data)], result: made };
  });
}

/**
 * Work: removes a client, its sessions and its roles, so that whoever comes to have the id later has none of them.
 * Throws ResourceNotFound, UnprocessableEntity for `cf`.
 */
export function deleteClient(
  tx: Transaction,
  { doer, id }: { readonly doer: Doer; readonly id: string },
  scene: Scene,
): Client {
  return append(tx, scene, doer, () => {
    const client = clientIn(tx, id);
    if (id === cfClient.id) throw invalid('The client "cf" is built in and stays.');
    tx.remove(clientTable, { id });
    const sessions = endSessions(tx, { client_id: id });
    const lost = takeRoles(tx, id);
    return { events: [...lost, happened('client_delete', id, { sessions })], result: client };
  });
}

/**
 * Work: stores another secret and ends the client's sessions. Throws ResourceNotFound, and UnprocessableEntity for `cf`
 * and for a client with roles that whoever asks may not take over.
 */
export function changeSecret(
  tx: Transaction,
  {
    doer,
    id,
    secretHash,
    mayHaveRoles = false,
  }: Order & { readonly id: string; readonly secretHash: string },
  scene: Scene,
): null {
  return append(tx, scene, doer, () => {
    const client = clientIn(tx, id);
    if (id === cfClient.id) throw invalid('The client "cf" is built in and keeps its empty secret.');
    checkSecret(secretHash, client);
    if (!mayHaveRoles) checkRoles(tx, id);
    tx.update(clientTable, { id }, { secret_hash: secretHash });
    const sessions = endSessions(tx, { client_id: id });
    return { events: [happened('secret_change', id, { sessions })], result: null };
  });
}

/** Inserts the row; the event is the caller's. */
export function insertClient(tx: Transaction, client: NewClient, at: Instant): Client {
  try {
    tx.insert(clientTable, {
      id: client.id,
      secret_hash: client.secretHash,
      grant_types: JSON.stringify(client.grantTypes),
      scopes: JSON.stringify(client.scopes),
      authorities: JSON.stringify(client.authorities),
      created_at: at,
    });
  } catch (error) {
    if (error instanceof UniqueViolation) {
      throw new AppError('UniquenessError', [`Client already exists: ${client.id}`]);
    }
    throw error;
  }
  return { ...client, createdAt: at };
}

function clientIn(tx: Transaction, id: string): Client {
  const row = tx.get(clientTable, { id });
  if (row === undefined) throw new AppError('ResourceNotFound', ['Client not found']);
  return clientOf(row);
}

/** Whoever knows the secret of a client acts with the roles of its id: only an administrator hands those out so. */
function checkRoles(tx: Transaction, id: string): void {
  if (rolesOf(tx, id).length === 0) return;
  throw invalid(
    `"${id}" has roles in organizations or spaces: only an administrator (uaa.admin) may do this.`,
  );
}

/** Takes away every role of a client, the newest first, and tells of each as the foundation does (membership.ts). */
function takeRoles(tx: Transaction, id: string): Happening[] {
  const order = [{ column: 'created_at', direction: 'desc' }] as const;
  const lost = tx.find(roleTable, { where: equals('user_guid', id), order }).map(roleOf);
  if (lost.length > 0) tx.remove(roleTable, { user_guid: id });
  return lost.map(({ type, organizationGuid, spaceGuid }) => ({
    type: `audit.user.${type}_remove`,
    target: { type: 'user', guid: id },
    targetName: '',
    organizationGuid,
    spaceGuid,
    data: { request: {} },
  }));
}

const digestMark = '$sha256$';

function digestText(secret: string): string {
  return `${digestMark}${createHash('sha256').update(secret).digest('base64url')}`;
}

function happened(what: string, id: string, data: object) {
  return { type: `audit.log.${what}`, target: { type: 'client', guid: id }, targetName: id, data };
}

function invalid(sentence: string): AppError {
  return new AppError('UnprocessableEntity', [sentence]);
}
