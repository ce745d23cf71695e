// The standing of whoever asks, from a cache that commits invalidate: a role that was taken away counts no more from
// the moment at which its removal was answered.
import { limits } from '../core/limits.ts';
import type { Readers } from '../store/contract.ts';
import { equals } from '../store/table.ts';
import { globalRole, mayWrite, type Principal } from './principal.ts';
import { type Role, roleOf, roleTable, type Standing } from './role.ts';

export interface Standings {
  of(principal: Principal): Promise<Standing>;
  /** To be called for each commit before its callers have their answers. */
  invalidate(tables: readonly string[]): void;
}

export function createStandings(readers: Readers): Standings {
  let roles = new Map<string, Promise<readonly Role[]>>();
  const read = async (userGuid: string): Promise<readonly Role[]> =>
    (await readers.rows(roleTable, { where: equals('user_guid', userGuid) })).map(roleOf);
  const rolesOf = (userGuid: string): Promise<readonly Role[]> => {
    const known = roles.get(userGuid);
    if (known !== undefined) return known;
    if (roles.size >= limits.standingsMax) roles.clear();
    const reading = read(userGuid);
    const cache = roles;
    cache.set(userGuid, reading);
    reading.catch(() => cache.delete(userGuid));
    return reading;
  };
  return {
    async of(principal) {
      const global = globalRole(principal);
      // As the writer does (foundation/operation.ts): who reads everything may still manage something.
      const held = global === 'admin' ? [] : await rolesOf(principal.guid);
      return { userGuid: principal.guid, global, write: mayWrite(principal), roles: held };
    },
    invalidate(tables) {
      if (tables.includes(roleTable.name)) roles = new Map();
    },
  };
}
