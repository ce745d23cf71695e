// The committed migrations make exactly what is declared, and nobody else's store is touched.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tables } from '../../src/compose.ts';
import { connect } from '../../src/store/sqlite/database.ts';
import { difference, migrate, migrations, schemaDdl, schemaOf } from '../../src/store/sqlite/migration.ts';
import type { Table } from '../../src/store/table.ts';

describe('migrations', () => {
  it('make the declared schema from nothing', () => {
    assert.deepEqual(difference(tables, migrations()), []);
    const made = schemaOf(migrations().map(({ sql }) => sql));
    assert.deepEqual(made, schemaOf(schemaDdl(tables)));
  });

  it('are applied once, in order', () => {
    const connection = connect(':memory:', 'write');
    const numbers = migrations().map(({ number }) => number);
    assert.deepEqual(migrate(connection, migrations(), 0), numbers);
    assert.deepEqual(migrate(connection, migrations(), 0), []);
  });

  it('undo a step that fails, and leave the earlier ones', () => {
    const connection = connect(':memory:', 'write');
    const steps = [
      { number: 1, name: 'good', sql: 'CREATE TABLE good (id INTEGER) STRICT' },
      { number: 2, name: 'bad', sql: 'CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE nonsense (' },
    ];
    assert.throws(() => migrate(connection, steps, 0));
    const names = connection.all("SELECT name FROM sqlite_schema WHERE name IN ('good', 'half')", []);
    assert.deepEqual(
      names.map((row) => row.name),
      ['good'],
    );
  });

  it('refuse a store of another version', () => {
    const connection = connect(':memory:', 'write');
    const step = { number: 1, name: 'a', sql: 'CREATE TABLE a (id INTEGER) STRICT' };
    migrate(connection, [step, { number: 2, name: 'newer', sql: 'CREATE TABLE b (id INTEGER) STRICT' }], 0);
    assert.throws(() => migrate(connection, [step], 0), /step 2 .* another version of Hansard/);
    assert.throws(() => migrate(connection, [{ ...step, sql: '-- changed' }], 0), /step 1/);
  });

  it('write additions by themselves and leave other changes to people', () => {
    const table: Table = {
      name: 'thing',
      columns: { guid: 'text' },
      key: ['guid'],
      unique: [],
      indexes: [],
      bookkeeping: false,
    };
    const first = [{ number: 1, name: 'first', sql: schemaDdl([table]).join(';') }];
    const other = { ...table, name: 'other' };
    const added = difference([table, other], first);
    assert.equal(added.length, 1);
    assert.match(added[0] ?? '', /^CREATE TABLE "other"/);
    assert.throws(
      () => difference([{ ...table, columns: { guid: 'text', more: 'text' } }], first),
      /by hand/,
    );
    assert.throws(() => difference([], first), /no longer declared/);
  });
});
