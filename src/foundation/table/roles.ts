// Roles as resources: who has which, where, since when. The table itself is identity's (identity/role.ts), because
// permits and visibility are read from it.
import { type Role, roleOf } from '../../identity/role.ts';
import type { Row } from '../../store/table.ts';
import { type Resource, resourceOf } from './resource.ts';

/** A role of one user, as the API shows it. */
export interface Assignment extends Role, Resource {
  readonly userGuid: string;
}

export function assignmentOf(row: Row): Assignment {
  return { ...resourceOf(row), ...roleOf(row), userGuid: String(row.user_guid) };
}
