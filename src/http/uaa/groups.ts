// Groups: to UAA, a scope is a group and whoever has the scope is a member of it. Here a group's id is its name. What
// everybody has by their account alone (scope.ts) has no list of members.
import { type Account, accountOf, accountTable, scopesOf } from '../../identity/account.ts';
import { Denied } from '../../identity/denied.ts';
import { administratorScope, knownScopes, ordinaryScopes } from '../../identity/scope.ts';
import type { RowFilter } from '../../store/table.ts';
import type { Answer, Route } from '../route.ts';
import { uaaRoute, type Visit, visitorOf } from './dialect.ts';
import { listAnswer, readListRequest } from './list.ts';
import { readObject, scimSchemas, textMember } from './scim.ts';
import { existingAccount } from './users.ts';

const members = '/Groups/:id/members';

export const routes: readonly Route[] = [
  uaaRoute({ method: 'GET', path: '/Groups', summary: 'Find groups (scopes)' }, listGroups),
  uaaRoute({ method: 'GET', path: members, summary: 'Who was given a scope' }, listMembers),
  uaaRoute({ method: 'POST', path: members, summary: 'Give an account a scope' }, addMember),
  uaaRoute(
    { method: 'DELETE', path: `${members}/:member`, summary: 'Take a scope from an account' },
    removeMember,
  ),
];

const readScopes = ['scim.read', 'scim.write', administratorScope] as const;

/** The one filter that clients send: a group is looked up by its name. */
const byName = /^\s*(?:displayName|id)\s+eq\s+"([^"\\]*)"\s*$/i;

async function listGroups(visit: Visit): Promise<Answer> {
  await visitorOf(visit, readScopes);
  const request = readListRequest(visit.query);
  const name = byName.exec(request.filter)?.[1];
  if (name === undefined && request.filter.trim() !== '') {
    throw new Denied(400, 'scim', 'Invalid filter expression: groups are found by displayName eq "..."');
  }
  const found = knownScopes.filter((scope) => name === undefined || scope === name);
  const from = request.startIndex - 1;
  const resources = found.slice(from, from + request.itemsPerPage).map(groupResource);
  return listAnswer(request, { resources, total: found.length, schemas: scimSchemas });
}

async function listMembers(visit: Visit): Promise<Answer> {
  await visitorOf(visit, readScopes);
  const part = JSON.stringify(scopeAsked(visit));
  const where: RowFilter = { kind: 'contains', column: 'scopes', part };
  const rows = await visit.services.store.rows(accountTable, { where });
  return { status: 200, body: rows.map((row) => memberResource(accountOf(row))) };
}

/** By administrators alone: whoever may give scopes can make themselves one. */
async function addMember(visit: Visit): Promise<Answer> {
  const { doer } = await visitorOf(visit, [administratorScope]);
  const scope = scopeAsked(visit);
  const account = await existingAccount(visit, textMember(readObject(visit.body), 'value') ?? '');
  if (scopesOf(account).includes(scope)) {
    throw new Denied(409, 'member_already_exists', 'The account is a member of this group already.');
  }
  const changed = await visit.services.doors.run('account.scope', {
    doer,
    guid: account.guid,
    scope,
    has: true,
  });
  return { status: 201, body: memberResource(changed) };
}

async function removeMember(visit: Visit): Promise<Answer> {
  const { doer } = await visitorOf(visit, [administratorScope]);
  const scope = scopeAsked(visit);
  const { guid, scopes } = await existingAccount(visit, visit.params.member ?? '');
  if (!scopes.includes(scope)) {
    throw new Denied(404, 'member_not_found', 'The account was not made a member of this group.');
  }
  const changed = await visit.services.doors.run('account.scope', { doer, guid, scope, has: false });
  return { status: 200, body: memberResource(changed) };
}

function scopeAsked({ params }: Visit): string {
  const id = params.id ?? '';
  if (knownScopes.includes(id)) return id;
  throw new Denied(404, 'scim_resource_not_found', `Group ${id} does not exist`);
}

function groupResource(scope: string) {
  const isOrdinary = ordinaryScopes.some((ordinary) => ordinary === scope);
  return {
    id: scope,
    displayName: scope,
    description: isOrdinary ? 'Every account has it.' : '',
    zoneId: 'uaa',
    meta: { version: 0 },
    schemas: scimSchemas,
  };
}

function memberResource({ guid, origin }: Account) {
  return { value: guid, origin, type: 'USER' };
}
