// Labels and annotations in V3: the member `metadata` of requests and answers, and `label_selector` of lists.
import { limits } from '../../core/limits.ts';
import type { EntryChanges, MetadataChanges } from '../../foundation/labels.ts';
import {
  annotationTable,
  entriesOf,
  type LabelledType,
  labelTable,
  type Metadata,
  metadataByGuid,
  noMetadata,
} from '../../foundation/table/labels.ts';
import { type LabelRequirement, labelKeyFault, labelValueFault } from '../../query/label-selector.ts';
import type { Store } from '../../store/contract.ts';
import { all, equals, oneOf, type RowFilter } from '../../store/table.ts';
import { type Body, isObject } from './body.ts';

/** What is wrong with the member `metadata` of a body, in the original's words. */
export function metadataProblems(body: Body): string[] {
  if (!('metadata' in body)) return [];
  const { metadata } = body;
  if (!isObject(metadata)) return ['Metadata must be an object'];
  const unexpected = Object.keys(metadata).filter((name) => name !== 'labels' && name !== 'annotations');
  const names = unexpected.map((name) => `'${name}'`).join(' ');
  const problems = [
    ...(unexpected.length === 0 ? [] : [`has unexpected field(s): ${names}`]),
    ...entryProblems('labels', metadata.labels, labelProblems),
    ...entryProblems('annotations', metadata.annotations, annotationProblems),
  ];
  return problems.map((problem) => `Metadata ${problem}`);
}

/** What a body without problems wants to be changed. */
export function metadataChanges({ metadata }: Body): MetadataChanges {
  if (!isObject(metadata)) return { labels: [], annotations: [] };
  return { labels: entryChanges(metadata.labels), annotations: entryChanges(metadata.annotations) };
}

/** Labels and annotations of some resources; every one of them has an answer. */
export async function readMetadata(
  store: Store,
  type: LabelledType,
  guids: readonly string[],
): Promise<(guid: string) => Metadata> {
  if (guids.length === 0) return () => noMetadata;
  const where = entriesOf(type, guids);
  const [labels, annotations] = await Promise.all([
    store.rows(labelTable, { where }),
    store.rows(annotationTable, { where }),
  ]);
  const byGuid = metadataByGuid(labels, annotations);
  return (guid) => byGuid.get(guid) ?? noMetadata;
}

/** The resources that fulfil every requirement of a selector. */
export function labelFilter(type: LabelledType, requirements: readonly LabelRequirement[]): RowFilter {
  return all(...requirements.map((requirement) => requirementFilter(type, requirement)));
}

function requirementFilter(
  type: LabelledType,
  { prefix, key, operator, values }: LabelRequirement,
): RowFilter {
  const named = [equals('resource_type', type), equals('prefix', prefix), equals('key', key)];
  const byValue = operator === 'in' || operator === 'notin';
  const where = all(...named, ...(byValue ? [oneOf('value', values)] : []));
  const having: RowFilter = {
    kind: 'within',
    column: 'guid',
    table: labelTable,
    select: 'resource_guid',
    where,
  };
  return operator === 'notin' || operator === 'not_exists' ? { kind: 'not', of: having } : having;
}

function entryProblems(
  name: string,
  entries: unknown,
  problems: (key: string, value: unknown) => string[],
): string[] {
  if (entries === undefined || entries === null || entries === false) return [];
  if (!isObject(entries)) return [`'${name}' is not an object`];
  if (Object.keys(entries).length > limits.metadataChangesMax) {
    return [`'${name}' has more than ${limits.metadataChangesMax} entries`];
  }
  return Object.entries(entries).flatMap(([key, value]) => problems(key, value));
}

function labelProblems(key: string, value: unknown): string[] {
  const keyFault = labelKeyFault(key);
  const valueFault = labelValueFault(entryText(value) ?? '');
  return [
    ...(keyFault === null ? [] : [`label key error: ${keyFault}`]),
    ...(valueFault === null ? [] : [`label value error: ${valueFault}`]),
  ];
}

/** A key that cannot be right may still be taken away. */
function annotationProblems(key: string, value: unknown): string[] {
  const text = entryText(value) ?? '';
  const keyFault = text.trim() === '' ? null : labelKeyFault(key);
  const most = limits.annotationCharactersMax;
  const long = `annotation value error: '${text.slice(0, 8).toWellFormed()}...' is greater than ${most} characters`;
  return [
    ...(keyFault === null ? [] : [`annotation key error: ${keyFault}`]),
    ...([...text].length > most ? [long] : []),
  ];
}

function entryChanges(entries: unknown): EntryChanges {
  return isObject(entries) ? Object.entries(entries).map(([key, value]) => [key, entryText(value)]) : [];
}

/** Numbers and booleans become texts, as in the original; null takes an entry away. */
function entryText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
