// The AST as SQL over a segment's event table: what SQLite must test row by row. Texts live in dictionaries, so
// that every condition becomes one on numbers, with the texts compared where they are stored (BINARY: UTF-8 bytes).
import { isGuid } from '../../core/guid.ts';
import type { Filter, TextField } from '../../query/ast.ts';
import { conjunction, disjunction, type Sql } from '../sql.ts';
import { outcomes } from './dictionary.ts';

interface Dictionary {
  readonly column: string;
  readonly table: string;
  readonly text: string;
}

const dictionaries: Record<Exclude<TextField, 'guid' | 'outcome'>, Dictionary> = {
  type: { column: 'type', table: 'type', text: 'name' },
  origin: { column: 'origin', table: 'origin', text: 'name' },
  actor: { column: 'actor', table: 'party', text: 'guid' },
  target: { column: 'target', table: 'party', text: 'guid' },
  space: { column: 'space', table: 'place', text: 'guid' },
  organization: { column: 'organization', table: 'place', text: 'guid' },
};

/** The predicate of a filter over the columns of `event_<segment>`. */
export function eventPredicate(sql: Sql, segment: number, filter: Filter): string {
  switch (filter.kind) {
    case 'everything':
      return 'TRUE';
    case 'nothing':
      return 'FALSE';
    case 'and':
      return conjunction(filter.all.map((part) => eventPredicate(sql, segment, part)));
    case 'or':
      return disjunction(filter.any.map((part) => eventPredicate(sql, segment, part)));
    case 'not':
      return `NOT ${eventPredicate(sql, segment, filter.of)}`;
    case 'in':
      return membership(sql, filter.field, filter.values);
    case 'text':
      return comparison(sql, filter.field, filter.op, filter.value);
    case 'prefix':
      return `type IN (SELECT id FROM type WHERE substr(name, 1, length(${sql.param(filter.prefix)})) = ${sql.param(filter.prefix)})`;
    case 'time':
      return `occurred_at ${filter.op} ${sql.param(filter.value)}`;
    case 'name':
      return namePredicate(sql, segment, filter.of, filter.values);
  }
}

function membership(sql: Sql, field: TextField, values: readonly string[]): string {
  if (field === 'guid') {
    const hex = sql.param(JSON.stringify(values.filter(isGuid).map((guid) => guid.replaceAll('-', ''))));
    return `id IN (SELECT event FROM dedupe WHERE guid IN (SELECT unhex(value) FROM json_each(${hex})))`;
  }
  if (field === 'outcome')
    return numbers(outcomes.flatMap((known, number) => (values.includes(known) ? [number] : [])));
  const { column, table, text } = dictionaries[field];
  return `${column} IN (SELECT id FROM ${table} WHERE ${sql.oneOf(text, values)})`;
}

function comparison(sql: Sql, field: TextField, op: string, value: string): string {
  if (field === 'guid') return `${guidTextSql} ${op} ${sql.param(value)}`;
  if (field === 'outcome') return `CASE outcome ${outcomeCases} END ${op} ${sql.param(value)}`;
  const { column, table, text } = dictionaries[field];
  // People and things are many: looked up for each row that is walked, not all of them beforehand.
  if (table === 'party')
    return `(SELECT guid FROM party WHERE party.id = ${column}) ${op} ${sql.param(value)}`;
  return `${column} IN (SELECT id FROM ${table} WHERE ${text} ${op} ${sql.param(value)})`;
}

const guidTextSql = [
  [1, 8],
  [9, 4],
  [13, 4],
  [17, 4],
  [21, 12],
]
  .map(([from, length]) => `lower(substr(hex(guid), ${from}, ${length}))`)
  .join(" || '-' || ");

const outcomeCases = outcomes.map((outcome, number) => `WHEN ${number} THEN '${outcome}'`).join(' ');

function numbers(values: readonly number[]): string {
  return values.length === 0 ? 'FALSE' : `outcome IN (${values.join(', ')})`;
}

/** A name as it is shown: what a later source added counts where the event itself has none. */
function namePredicate(sql: Sql, segment: number, of: 'actor' | 'target', values: readonly string[]): string {
  const members = of === 'actor' ? ['actor_name', 'actor_username'] : ['target_name'];
  const own = `SELECT particulars FROM body_${segment} AS body WHERE body.id = event_${segment}.id`;
  const added = `SELECT particulars FROM supplement WHERE event = event_${segment}.id`;
  const tests = members.flatMap((member) => [
    sql.oneOf(`json_extract((${own}), '$.${member}')`, values),
    sql.oneOf(`json_extract((${added}), '$.${member}')`, values),
  ]);
  return `coalesce(${tests.join(' OR ')}, FALSE)`;
}
