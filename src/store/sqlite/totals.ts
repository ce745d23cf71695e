// How many events a query finds, exactly: from the counts where they cover it, plus the tail that is not counted
// yet; otherwise by counting along the index that holds the fewest rows.
import type { SQLInputValue } from 'node:sqlite';
import { type Branch, choosePlan, type Estimate } from '../../query/plan.ts';
import { Sql } from '../sql.ts';
import type { BoundedQuery } from './bounds.ts';
import { type Connection, sqliteDialect } from './database.ts';
import { indexedBy } from './segment.ts';
import { branchWhere, type Span } from './streams.ts';

/** Everything up to this id is in the counts. */
export function countedTo(connection: Connection): number {
  return Number(connection.get('SELECT event FROM tree', [])?.event ?? 0);
}

/** How many events lie in a branch by the counts; targets and actors are not counted and pass for few. */
export function estimateBy(connection: Connection): Estimate {
  const statements: Partial<Record<Branch['access'], string>> = {
    order:
      'SELECT sum(n) AS n FROM count_type_day JOIN type ON type.id = count_type_day.type WHERE type.audience = ?',
    type: 'SELECT sum(n) AS n FROM count_type_day WHERE type = ?',
    organization: 'SELECT sum(n) AS n FROM count_organization_space WHERE organization = ? AND audience = ?',
    organizationType: 'SELECT n FROM count_organization_type WHERE organization = ? AND type = ?',
    space: 'SELECT sum(n) AS n FROM count_organization_space WHERE space = ? AND audience = ?',
  };
  const uncounted = 100;
  return ({ access, key }) => {
    const statement = statements[access];
    if (statement === undefined) return uncounted;
    return Number(connection.get(statement, key)?.n ?? 0);
  };
}

/** The exact number of events up to `bound` that the query finds. */
export function totalOf(
  connection: Connection,
  query: BoundedQuery,
  spans: readonly Span[],
  bound: number,
): number {
  const counted = countedTo(connection);
  const covered = counted <= bound ? coveredTotal(connection, query) : null;
  if (covered === null) return walkedTotal(connection, query, spans, 0, bound);
  return covered + walkedTotal(connection, query, spans, counted, bound);
}

/** Counts rows with ids in (above, bound] over the plan that reads the fewest. */
function walkedTotal(
  connection: Connection,
  query: BoundedQuery,
  spans: readonly Span[],
  above: number,
  bound: number,
): number {
  if (above >= bound) return 0;
  const tail = above > 0;
  const plan = choosePlan(query.bounded, Number.POSITIVE_INFINITY, estimateBy(connection));
  let total = 0;
  for (const { segment, from, to } of spans) {
    if (segment.lastId !== null && segment.lastId <= above) continue;
    for (const branch of tail ? [tailBranch] : plan.branches) {
      const sql = new Sql(sqliteDialect);
      const by = tail ? { ...plan, byVisibility: false } : plan;
      const where = branchWhere(sql, query, by, branch, segment.number);
      const window = [Math.max(query.window.from, from), Math.min(query.window.to, to)];
      const text =
        `SELECT count(*) AS n FROM event_${segment.number} ${indexedBy(segment.number, branch.access)} WHERE ${where}` +
        ' AND occurred_at BETWEEN ? AND ? AND id > ? AND id <= ?';
      const params = [...sql.params, ...window, above, bound] as SQLInputValue[];
      total += Number(connection.get(text, params)?.n ?? 0);
    }
  }
  return total;
}

/** The uncounted tail is read by id. */
const tailBranch: Branch = { access: 'ids', key: [] };

/** What the counts say, or null where they do not cover the query. */
function coveredTotal(connection: Connection, { bounded, window, rest }: BoundedQuery): number | null {
  const timed = window.from !== Number.MIN_SAFE_INTEGER || window.to !== Number.MAX_SAFE_INTEGER;
  if (timed || rest.length > 0 || bounded.targets !== null || bounded.actors !== null) return null;
  if (bounded.types === null) return byPlaces(connection, bounded);
  if (bounded.spaces !== null || (bounded.visible !== null && bounded.visible.spaces.length > 0)) return null;
  return byTypes(connection, bounded, bounded.types);
}

type Bounded = BoundedQuery['bounded'];

function byPlaces(connection: Connection, bounded: Bounded): number {
  const sql = new Sql(sqliteDialect);
  const tests = [sql.oneOf('audience', bounded.audiences)];
  if (bounded.organizations !== null) tests.push(sql.oneOf('organization', bounded.organizations));
  if (bounded.spaces !== null) tests.push(sql.oneOf('space', bounded.spaces));
  if (bounded.visible !== null) {
    const organizations = sql.oneOf('organization', bounded.visible.organizations);
    const spaces = sql.oneOf('space', bounded.visible.spaces);
    tests.push(`(${organizations} OR ${spaces})`);
  }
  return counted(connection, sql, 'count_organization_space', tests);
}

function byTypes(connection: Connection, bounded: Bounded, types: readonly number[]): number {
  const sql = new Sql(sqliteDialect);
  const tests = [sql.oneOf('type', types)];
  const places = [bounded.organizations, bounded.visible?.organizations].filter((list) => list != null);
  tests.push(...places.map((list) => sql.oneOf('organization', list)));
  return counted(connection, sql, places.length > 0 ? 'count_organization_type' : 'count_type_day', tests);
}

function counted(connection: Connection, sql: Sql, table: string, tests: readonly string[]): number {
  const text = `SELECT sum(n) AS n FROM ${table} WHERE ${tests.join(' AND ')}`;
  return Number(connection.get(text, sql.params as SQLInputValue[])?.n ?? 0);
}
