// `/v2/users/:guid/summary`: every place where a user has a role, with what is in the organizations. Its resources are
// V2's without addresses, cut to what belongs together.
import { secondsText } from '../../core/instant.ts';
import { limits } from '../../core/limits.ts';
import { organizationOf, organizationTable } from '../../foundation/table/organizations.ts';
import { resourceOf } from '../../foundation/table/resource.ts';
import { spaceTable } from '../../foundation/table/spaces.ts';
import { userTable } from '../../foundation/table/users.ts';
import { roleTable } from '../../identity/role.ts';
import { all, equals, oneOf, type Row, type RowFilter, type Table } from '../../store/table.ts';
import type { Answer, KnownCall, Services } from '../route.ts';
import { entityAt } from './entities.ts';
import { statusOf } from './entity/organizations.ts';
import { type UserPlaces, userEntity, userPlaces } from './entity/users.ts';
import { findOne } from './find.ts';

const organizationLists = [
  'organizations',
  'managed_organizations',
  'billing_managed_organizations',
  'audited_organizations',
] as const satisfies readonly UserPlaces[];

const spaceLists = ['spaces', 'managed_spaces', 'audited_spaces'] as const satisfies readonly UserPlaces[];

export async function summarizeUser(call: KnownCall, services: Services): Promise<Answer> {
  const { guid, row } = await findOne(call, services, userEntity);
  const roles = await read(services, roleTable, equals('user_guid', guid));
  const held = (list: UserPlaces, column: string) =>
    roles.filter((role) => role.type === userPlaces[list]).map((role) => String(role[column]));
  const guidsOf = (lists: readonly UserPlaces[], column: string) =>
    oneOf('guid', [...new Set(lists.flatMap((list) => held(list, column)))]);
  const [organizations, spaces] = await Promise.all([
    read(services, organizationTable, guidsOf(organizationLists, 'organization_guid')),
    read(services, spaceTable, guidsOf(spaceLists, 'space_guid')),
  ]);
  const organization = await organizationsShown(organizations, services);
  const space = new Map(spaces.map((each) => [String(each.guid), spaceShown(each)]));
  const listed = (list: UserPlaces, column: string, shown: ReadonlyMap<string, object>) => [
    list,
    held(list, column).flatMap((each) => shown.get(each) ?? []),
  ];
  const lists = [
    ...organizationLists.map((list) => listed(list, 'organization_guid', organization)),
    ...spaceLists.map((list) => listed(list, 'space_guid', space)),
  ];
  return { status: 200, body: cut(row, Object.fromEntries(lists)) };
}

async function organizationsShown(rows: readonly Row[], services: Services): Promise<Map<string, object>> {
  const guids = rows.map((row) => String(row.guid));
  const inThese = oneOf('organization_guid', guids);
  const [spaces, managers, quotas] = await Promise.all([
    read(services, spaceTable, inThese),
    read(services, roleTable, all(inThese, equals('type', 'organization_manager'))),
    quotasShown(rows, services),
  ]);
  const users = await managersShown(managers, services);
  const spacesBy = Map.groupBy(spaces, (space) => String(space.organization_guid));
  const managersBy = Map.groupBy(managers, (role) => String(role.organization_guid));
  return new Map(
    rows.map((row) => {
      const organization = organizationOf(row);
      const quota = quotas.get(organization.quotaGuid);
      const entity = {
        name: organization.name,
        billing_enabled: organization.billingEnabled,
        status: statusOf(organization),
        spaces: (spacesBy.get(organization.guid) ?? []).map(spaceShown),
        ...(quota === undefined ? {} : { quota_definition: quota }),
        managers: (managersBy.get(organization.guid) ?? []).flatMap(
          (role) => users.get(String(role.user_guid)) ?? [],
        ),
      };
      return [organization.guid, cut(row, entity)];
    }),
  );
}

async function managersShown(roles: readonly Row[], services: Services): Promise<Map<string, object>> {
  const where = oneOf('guid', [...new Set(roles.map((role) => String(role.user_guid)))]);
  const rows = await read(services, userTable, where);
  const members = await userEntity.members(rows, services);
  return new Map(rows.map((row, index) => [String(row.guid), cut(row, members[index] ?? {})]));
}

async function quotasShown(rows: readonly Row[], services: Services): Promise<Map<string, object>> {
  const quota = entityAt('/v2/quota_definitions');
  if (quota === undefined) return new Map();
  const where = oneOf('guid', [...new Set(rows.map((row) => String(row.quota_guid)))]);
  const found = await read(services, quota.table, where);
  const members = await quota.members(found, services);
  return new Map(found.map((row, index) => [String(row.guid), cut(row, members[index] ?? {})]));
}

function spaceShown(row: Row): object {
  return cut(row, { name: row.name });
}

function cut(row: Row, entity: object): object {
  const { guid, createdAt, updatedAt } = resourceOf(row);
  const metadata = { guid, created_at: secondsText(createdAt), updated_at: secondsText(updatedAt) };
  return { metadata, entity };
}

/** The oldest rows first, and no more than a summary can be expected to hold. */
function read({ store }: Services, table: Table, where: RowFilter): Promise<Row[]> {
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  return store.rows(table, { where, order, limit: limits.inlinedRowsMax });
}
