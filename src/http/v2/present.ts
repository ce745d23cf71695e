// Rows of any noun as V2 resources: `metadata`, the members of the rows themselves, then the address of each relation
// and, as far as `inline-relations-depth` reaches, what is found there. Each relation of a whole level is read in one
// or two questions.
import { secondsText } from '../../core/instant.ts';
import { limits } from '../../core/limits.ts';
import { resourceOf } from '../../foundation/table/resource.ts';
import type { Standing } from '../../identity/role.ts';
import { readParameters } from '../../query/parameters.ts';
import { all, any, equals, oneOf, type Row, type RowFilter } from '../../store/table.ts';
import type { Services } from '../route.ts';
import { entityAt } from './entities.ts';
import { type Bond, type Entity, nothing, type Relation, type ToMany } from './entity/entity.ts';

/** Who looks, and how deep. */
export interface View {
  readonly services: Services;
  readonly standing: Standing;
  /** How many levels of relations are shown. */
  readonly depth: number;
  /** Whether a relation is to be shown at all, of those that could be. */
  readonly shows: (relation: string) => boolean;
}

/** A view of single resources and of what follows a change: no relation but those that a request names. */
export function viewOf(services: Services, standing: Standing, query: string, depth: number): View {
  const parameters = readParameters(query);
  const names = (name: string): string[] =>
    parameters
      .findLast(([other]) => other === name)?.[1]
      ?.split(',')
      .filter(Boolean) ?? [];
  const [included, excluded] = [names('include-relations'), names('exclude-relations')];
  const shows = (relation: string): boolean =>
    !excluded.includes(relation) && (included.length === 0 || included.includes(relation));
  return { services, standing, depth, shows };
}

/** The rows that a place's lists show to a reader. */
export function listedRows(entity: Entity, standing: Standing): RowFilter {
  return (entity.listed ?? entity.readable)(standing);
}

/** The resources of some rows, in their order. `above` are the collections that these are shown within. */
export async function present(
  entity: Entity,
  rows: readonly Row[],
  view: View,
  above: readonly string[] = [],
): Promise<readonly object[]> {
  const path = [...above, entity.path];
  const [members, inlined] = await Promise.all([
    entity.members(rows, view.services),
    Promise.all(entity.relations.map((relation) => inline(relation, rows, view, path))),
  ]);
  return rows.map((row, index) => {
    const relations = entity.relations.flatMap((relation, at) => {
      const address = addressOf(entity, relation, row);
      const shown = inlined[at]?.get(String(row.guid));
      return [
        ...(address === null ? [] : [[`${relation.name}_url`, address]]),
        ...(shown === undefined ? [] : [[relation.name, shown]]),
      ];
    });
    return {
      metadata: metadataOf(entity, row),
      entity: { ...members[index], ...Object.fromEntries(relations) },
    };
  });
}

function metadataOf(entity: Entity, row: Row) {
  const { guid, createdAt, updatedAt } = resourceOf(row);
  return {
    guid,
    url: `${entity.path}/${encodeURIComponent(guid)}`,
    created_at: secondsText(createdAt),
    updated_at: secondsText(updatedAt),
  };
}

function addressOf(entity: Entity, relation: Relation, row: Row): string | null {
  if (relation.kind !== 'one') {
    return `${entity.path}/${encodeURIComponent(String(row.guid))}/${relation.name}`;
  }
  const guid = row[relation.column];
  return typeof guid === 'string' && guid !== '' ? `${relation.path}/${encodeURIComponent(guid)}` : null;
}

/** What is shown of a relation, by the guid of each row: one resource, or a list of them. */
type Inlined = ReadonlyMap<string, object>;

/** Nothing beyond the depth asked for, and nothing within itself. */
async function inline(
  relation: Relation,
  rows: readonly Row[],
  view: View,
  above: readonly string[],
): Promise<Inlined> {
  const reaches = above.length <= view.depth && rows.length > 0;
  if (!reaches || relation.kind === 'link' || above.includes(relation.path) || !view.shows(relation.name)) {
    return new Map();
  }
  const entity = entityAt(relation.path);
  if (relation.kind === 'many') return inlineMany(relation, entity, rows, view, above);
  return entity === undefined ? new Map() : inlineOne(relation.column, entity, rows, view, above);
}

async function inlineOne(
  column: string,
  entity: Entity,
  rows: readonly Row[],
  view: View,
  above: readonly string[],
): Promise<Inlined> {
  const wanted = [...new Set(rows.map((row) => row[column]).filter((guid) => typeof guid === 'string'))];
  const where = all(oneOf('guid', wanted), listedRows(entity, view.standing));
  const found = await view.services.store.rows(entity.table, { where });
  const shown = await present(entity, found, view, above);
  const byGuid = new Map(found.map((row, index) => [row.guid, shown[index] ?? {}]));
  return new Map(
    rows.flatMap((row) => {
      const one = byGuid.get(row[column] ?? null);
      return one === undefined ? [] : [[String(row.guid), one] as const];
    }),
  );
}

async function inlineMany(
  relation: ToMany,
  entity: Entity | undefined,
  rows: readonly Row[],
  view: View,
  above: readonly string[],
): Promise<Inlined> {
  const guids = rows.map((row) => String(row.guid));
  const lists = new Map<string, Row[]>(guids.map((guid) => [guid, []]));
  if (entity === undefined) return lists;
  const bindings = await Promise.all(relation.by.map((bond) => bind(bond, guids, view.services)));
  const where = all(any(...bindings.map((binding) => binding.where)), listedRows(entity, view.standing));
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  const limit = limits.inlinedRowsMax + 1;
  const found = await view.services.store.rows(entity.table, { where, order, limit });
  if (found.length === limit || bindings.some((binding) => binding.tooMany)) return new Map();
  for (const row of found) {
    const owners = new Set(bindings.flatMap((binding) => binding.ownersOf(row)));
    for (const owner of owners) lists.get(owner)?.push(row);
  }
  const few = [...lists].filter(([, list]) => list.length <= limits.inlinedMax);
  const wanted = new Set(few.flatMap(([, list]) => list));
  const shownRows = found.filter((row) => wanted.has(row));
  const shown = await present(entity, shownRows, view, above);
  const resources = new Map(shownRows.map((row, index) => [row, shown[index] ?? {}]));
  return new Map(few.map(([guid, list]) => [guid, list.map((row) => resources.get(row) ?? {})]));
}

/** A bond of a whole level: the rows of the other side, and to which of this side each belongs. */
interface Binding {
  readonly where: RowFilter;
  readonly ownersOf: (row: Row) => readonly string[];
  readonly tooMany: boolean;
}

async function bind(bond: Bond, guids: readonly string[], { store }: Services): Promise<Binding> {
  if (bond.kind === 'column') {
    const ownersOf = (row: Row) => [String(row[bond.column])];
    return { where: oneOf(bond.column, guids), ownersOf, tooMany: false };
  }
  if (bond.kind === 'everyone') {
    const ownersOf = (row: Row) => (row[bond.column] === bond.value ? guids : []);
    return { where: equals(bond.column, bond.value), ownersOf, tooMany: false };
  }
  const { at = 'guid' } = bond;
  const where = all(oneOf(bond.own, guids), bond.where);
  const limit = limits.inlinedRowsMax + 1;
  const pairs = await store.rows(bond.table, { where, limit });
  const byOther = Map.groupBy(pairs, (pair) => String(pair[bond.other]));
  return {
    where: byOther.size === 0 ? nothing : oneOf(at, [...byOther.keys()]),
    ownersOf: (row) => (byOther.get(String(row[at])) ?? []).map((pair) => String(pair[bond.own])),
    tooMany: pairs.length === limit,
  };
}
