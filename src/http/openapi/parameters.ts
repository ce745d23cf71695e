// Parameters: those of the path from the path, those of a list from the specification that its parser goes by.
// What all lists of a dialect take stands once in the document and is referred to.
import { limits } from '../../core/limits.ts';
import { commonParameters, type V3ListSpec } from '../../query/v3-list.ts';
import type { ListSpec } from './about.ts';
import { arrayOf, type Schema, text, time, whole, word } from './schema.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
  readonly style?: 'form';
  readonly explode?: boolean;
  readonly example?: unknown;
}

export interface Reference {
  readonly $ref: string;
}

function parameterRef(name: string): Reference {
  return { $ref: `#/components/parameters/${name}` };
}

/** A parameter of the query; the schema's description becomes its own. */
export function queryParameter(name: string, { description = '', ...schema }: Schema): Parameter {
  return { name, in: 'query', description, schema };
}

/** Texts with commas between them. */
function commaList(name: string, description: string, items: Schema): Parameter {
  const schema = { ...arrayOf(items), maxItems: limits.filterValuesMax };
  return { name, in: 'query', description, style: 'form', explode: false, schema };
}

const instant: Schema = { type: 'string', format: 'date-time' };

const comparisons = { lt: 'before', lte: 'at or before', gt: 'after', gte: 'at or after' } as const;

function timeParameters(name: string, what: string): [string, Parameter][] {
  const compared = Object.entries(comparisons).map(([operator, words]): [string, Parameter] => {
    const full = `${name}[${operator}]`;
    return [`v3.${name}.${operator}`, queryParameter(full, time(`${what} ${words} this time`))];
  });
  return [[`v3.${name}`, commaList(name, `${what} within one of these seconds`, instant)], ...compared];
}

/** Which other parameters stand for a name of V3. */
const timeNames = ['created_ats', 'updated_ats'];

/** What every list of a dialect takes, by the name of the component. */
export const sharedParameters: Readonly<Record<string, Parameter>> = {
  'v3.page': queryParameter('page', whole('Number of the page', { minimum: 1, default: 1 })),
  'v3.per_page': queryParameter(
    'per_page',
    whole('Length of a page', { minimum: 1, maximum: limits.v3PerPageMax, default: limits.perPageDefault }),
  ),
  'v3.guids': commaList('guids', 'Those with one of these guids', { type: 'string' }),
  ...Object.fromEntries(timeParameters('created_ats', 'Those made')),
  ...Object.fromEntries(timeParameters('updated_ats', 'Those last changed')),
  'v3.label_selector': {
    ...queryParameter('label_selector', text('Requirements on labels, all of which must hold')),
    example: 'environment in (production,staging),!deprecated',
  },
  'v3.cursor': queryParameter('cursor', text('Stands in links; it says where to go on and gives no rights')),
  'v2.page': queryParameter('page', whole('Number of the page', { minimum: 1, default: 1 })),
  'v2.results-per-page': queryParameter(
    'results-per-page',
    whole('Length of a page', { minimum: 1, maximum: limits.v2PerPageMax, default: limits.perPageDefault }),
  ),
  'v2.order-direction': queryParameter('order-direction', {
    ...word('Which way', ['asc', 'desc']),
    default: 'asc',
  }),
  'v2.inline-relations-depth': queryParameter(
    'inline-relations-depth',
    whole('How deep related resources are shown in place', { maximum: limits.inlineRelationsDepthMax }),
  ),
  'v2.include-relations': queryParameter('include-relations', text('Relations to show, with commas')),
  'v2.exclude-relations': queryParameter('exclude-relations', text('Relations not to show, with commas')),
  'v2.orphan-relations': queryParameter(
    'orphan-relations',
    whole('1: an empty member `orphans`', { maximum: 1 }),
  ),
  'v2.cursor': queryParameter('cursor', text('Stands in links; it says where to go on and gives no rights')),
};

const v2Shared = Object.keys(sharedParameters).filter((name) => name.startsWith('v2.'));

/** What a list takes, by its specification. */
export function listParameters(list: ListSpec): (Parameter | Reference)[] {
  return 'parameters' in list ? v3Parameters(list) : v2Parameters(list);
}

/** What a V3 list takes of which nothing more is known. */
export const plainV3List: V3ListSpec = {
  parameters: commonParameters,
  lists: [{ name: 'guids' }],
  orderBy: ['created_at', 'updated_at'],
  include: [],
};

function v3Parameters(spec: V3ListSpec): (Parameter | Reference)[] {
  const described = spec.parameters.flatMap((name): (Parameter | Reference)[] => {
    if (name === 'order_by') return [orderBy(spec.orderBy)];
    if (name === 'include') return [includeParameter(spec.include)];
    if (timeNames.includes(name)) {
      return ['', ...Object.keys(comparisons).map((operator) => `.${operator}`)].map((end) =>
        parameterRef(`v3.${name}${end}`),
      );
    }
    if (`v3.${name}` in sharedParameters) return [parameterRef(`v3.${name}`)];
    const negatable = spec.lists.some((list) => list.name === name && list.negatable === true);
    return [valueList(name), ...(negatable ? [valueList(name, true)] : [])];
  });
  return [...described, parameterRef('v3.cursor')];
}

/** What `include` can add to an answer. */
export function includeParameter(names: readonly string[]): Parameter {
  return commaList('include', 'Related resources to answer as well', word('', names));
}

function orderBy(columns: readonly string[]): Parameter {
  const signed = columns.flatMap((column) => [column, `+${column}`, `-${column}`]);
  return queryParameter('order_by', word('What to order by; `-` turns it round', signed));
}

function valueList(name: string, not = false): Parameter {
  const what = name.replaceAll('_', ' ');
  if (not) return commaList(`${name}[not]`, `All but those with one of these ${what}`, { type: 'string' });
  return commaList(name, `Those with one of these ${what}`, { type: 'string' });
}

function v2Parameters({
  attributes,
  orderBy: columns,
}: Exclude<ListSpec, V3ListSpec>): (Parameter | Reference)[] {
  const order = text('What to order by');
  return [
    conditions(attributes),
    queryParameter('order-by', columns === 'any' ? order : word('What to order by', columns)),
    ...v2Shared.map(parameterRef),
  ];
}

const operators = '`:` (equal), ` IN ` (one of, with commas), `>`, `>=`, `<`, `<=`';

function conditions(names: readonly string[]): Parameter {
  const known = names.length === 0 ? '' : ` Names: ${names.map((name) => `\`${name}\``).join(', ')}.`;
  const description = `Conditions such as \`name:value\`, all of which must hold; more than one by repeating \`q\` or with \`;\` between them (\`;;\` is a semicolon). Operators: ${operators}.${known}`;
  const schema = arrayOf({ type: 'string' });
  return { name: 'q', in: 'query', description, style: 'form', explode: true, schema };
}

/** `:guid` of a path, as the document writes paths; the rest that `*` stands for is `{path}`. */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}');
}

const nouns: Readonly<Record<string, string>> = { name: 'Name', number: 'Number' };

const restOfPath: Parameter = {
  name: 'path',
  in: 'path',
  required: true,
  description: 'The rest of the path, slashes included',
  schema: { type: 'string' },
};

/** The parameters that a path has. */
export function pathParameters(path: string): Parameter[] {
  const segments = path.split('/');
  return segments.flatMap((segment, index) => {
    if (segment === '*') return [restOfPath];
    if (!segment.startsWith(':')) return [];
    const name = segment.slice(1);
    const what = nouns[name] ?? (name.endsWith('guid') ? 'Guid' : 'Id');
    const description = `${what} of the ${singular(segments[index - 1] ?? '')}`;
    return [{ name, in: 'path', required: true, description, schema: { type: 'string' } } as const];
  });
}

/** One of a noun in words: `isolation_segments` is `isolation segment`. */
export function singular(plural: string): string {
  return plural
    .replaceAll('_', ' ')
    .toLowerCase()
    .replace(/ies$/, 'y')
    .replace(/(ss)es$/, '$1')
    .replace(/([^s])s$/, '$1');
}
