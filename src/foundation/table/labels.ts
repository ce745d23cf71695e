// Labels and annotations of all nouns: two tables of the same form.
import { all, equals, oneOf, type Row, type RowFilter, type Table } from '../../store/table.ts';

export type LabelledType = 'organization' | 'space' | 'user' | 'domain' | 'isolation_segment';

const columns = {
  resource_type: 'text',
  resource_guid: 'text',
  prefix: 'text',
  key: 'text',
  value: 'text',
} as const;

const key = ['resource_type', 'resource_guid', 'prefix', 'key'];

/** `prefix` is '' where a key has none. */
export const labelTable: Table = {
  name: 'label',
  columns,
  key,
  unique: [],
  indexes: [['resource_type', 'prefix', 'key', 'value']],
  bookkeeping: false,
};

export const annotationTable: Table = {
  name: 'annotation',
  columns,
  key,
  unique: [],
  indexes: [],
  bookkeeping: false,
};

/** By full key: `prefix/key` or `key`. */
export type Entries = Readonly<Record<string, string>>;

export interface Metadata {
  readonly labels: Entries;
  readonly annotations: Entries;
}

export const noMetadata: Metadata = { labels: {}, annotations: {} };

/** A resource with its labels and annotations, as operations answer it and presenters show it. */
export interface Labelled<T> {
  readonly resource: T;
  readonly metadata: Metadata;
}

/** The rows of either table that belong to some resources. */
export function entriesOf(type: LabelledType, guids: readonly string[]): RowFilter {
  return all(equals('resource_type', type), oneOf('resource_guid', guids));
}

/** The metadata of each resource that has any, from the rows of both tables. */
export function metadataByGuid(
  labels: readonly Row[],
  annotations: readonly Row[],
): ReadonlyMap<string, Metadata> {
  const labelsBy = Map.groupBy(labels, (row) => String(row.resource_guid));
  const annotationsBy = Map.groupBy(annotations, (row) => String(row.resource_guid));
  const metadata = (guid: string): Metadata => ({
    labels: entryRecord(labelsBy.get(guid) ?? []),
    annotations: entryRecord(annotationsBy.get(guid) ?? []),
  });
  const guids = new Set([...labelsBy.keys(), ...annotationsBy.keys()]);
  return new Map([...guids].map((guid) => [guid, metadata(guid)]));
}

/** Splits `prefix/key`; the prefix is '' where there is none. */
export function splitKey(full: string): { readonly prefix: string; readonly key: string } {
  const slash = full.indexOf('/');
  return slash < 0 ? { prefix: '', key: full } : { prefix: full.slice(0, slash), key: full.slice(slash + 1) };
}

function entryRecord(rows: readonly Row[]): Entries {
  return Object.fromEntries(
    rows.map(({ prefix, key, value }) => [prefix === '' ? `${key}` : `${prefix}/${key}`, `${value}`]),
  );
}
