// A data folder on which anything can be tried: each attempt gets the store as it was, and is verified by the real
// program. Triggers that keep everybody from changing what is sealed are gone for the moment of the change: whoever has
// the file has no need of them.
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { inspectSqliteStore } from '../../src/store/sqlite/inspection.ts';
import { type FolderChecks, type FolderReport, verifyFolder } from '../../src/verification.ts';

export type Row = Readonly<Record<string, SQLInputValue>>;

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly keys: readonly string[];
  readonly rows: readonly Row[];
}

export interface Place {
  readonly epoch: number;
  readonly index: number;
}

export interface Workbench {
  /** The data folder, as the last attempt left it. */
  readonly directory: string;
  readonly file: string;
  /** The file beside the store that holds the newest checkpoint. */
  readonly remembered: string;
  /** The tables of the store as it was. */
  readonly tables: ReadonlyMap<string, Table>;
  /** Where events stand in the tree, by their ids. */
  readonly places: ReadonlyMap<number, Place>;
  /** Puts everything back. */
  restore(): void;
  /** Lets `act` change the store as it is, and closes it. Answers what `act` answers. */
  edit<R>(act: (database: DatabaseSync) => R): R;
  /** Puts everything back, then edits. */
  change<R>(act: (database: DatabaseSync) => R): R;
  /** Verifies the folder as it is now. */
  verify(checks?: FolderChecks): Promise<FolderReport>;
  remove(): void;
}

/** A workbench on a copy of a data folder that no server has open. */
export function openWorkbench(original: string): Workbench {
  const directory = mkdtempSync(join(tmpdir(), 'hansard-workbench-'));
  cpSync(original, directory, { recursive: true });
  const [file, untouched] = [join(directory, 'hansard.db'), join(directory, 'untouched.db')];
  const remembered = join(directory, 'remembered', 'checkpoint');
  const note = readFileSync(remembered, 'utf8');
  const { tables, triggers } = readStore(file);
  copyFileSync(file, untouched);
  const leaves = tables.get('leaf')?.rows ?? [];
  const restore = (): void => {
    rmSync(`${file}-journal`, { force: true });
    copyFileSync(untouched, file);
    writeFileSync(remembered, note);
  };
  const edit = <R>(act: (database: DatabaseSync) => R): R => {
    const database = new DatabaseSync(file);
    try {
      database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN');
      for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
      const answer = act(database);
      const left = tablesIn(database);
      for (const { table, sql } of triggers) if (left.has(table)) database.exec(sql);
      database.exec('COMMIT');
      return answer;
    } finally {
      database.close();
    }
  };
  return {
    directory,
    file,
    remembered,
    tables,
    places: new Map(
      leaves.map(({ event, epoch, position }) => [
        Number(event),
        { epoch: Number(epoch), index: Number(position) },
      ]),
    ),
    restore,
    edit,
    change: (act) => {
      restore();
      return edit(act);
    },
    verify: (checks) => verifyFolder(directory, inspectSqliteStore, checks),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

interface Trigger {
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** Puts all of the store into its one file, and reads it. */
function readStore(file: string): { tables: Map<string, Table>; triggers: readonly Trigger[] } {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = DELETE');
  const tables = new Map([...tablesIn(database)].map((name) => [name, tableOf(database, name)]));
  const triggers = database
    .prepare("SELECT name, tbl_name AS of_table, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all()
    .map(({ name, of_table, sql }) => ({ name: String(name), table: String(of_table), sql: String(sql) }));
  database.close();
  return { tables, triggers };
}

function tablesIn(database: DatabaseSync): Set<string> {
  const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  return new Set(rows.map(({ name }) => String(name)));
}

function tableOf(database: DatabaseSync, name: string): Table {
  const columns = database.prepare(`PRAGMA table_info("${name}")`).all();
  return {
    name,
    columns: columns.map((column) => String(column.name)),
    keys: columns.filter(({ pk }) => pk !== 0).map((column) => String(column.name)),
    rows: database.prepare(`SELECT * FROM "${name}"`).all(),
  };
}
