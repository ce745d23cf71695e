// Schemas and parameters in words, as lists of names with what they mean.
import type { Parameter } from '../openapi/parameters.ts';
import { nameOf, type Schema } from '../openapi/schema.ts';
import { anchor, empty, type Html, html, prose } from './html.ts';

/** What kind of value it is: `text (date-time)`, `list of Role`, `Link or null`. */
export function kindOf(schema: Schema): Html {
  const { $ref, anyOf, items, type, format, additionalProperties } = schema;
  if ($ref !== undefined) return schemaLink(nameOf($ref));
  if (anyOf !== undefined) {
    return html`${anyOf.map((each, index) => html`${index === 0 ? '' : ' or '}${kindOf(each)}`)}`;
  }
  if (type === 'array') return html`list of ${kindOf(items ?? {})}`;
  if (typeof additionalProperties === 'object')
    return html`object, each member ${kindOf(additionalProperties)}`;
  if (type === 'string') return format === undefined ? html`text` : html`text (${format})`;
  return html`${type ?? 'any value'}`;
}

/** The members of an object, those of inner objects by dotted names. */
export function members(schema: Schema): Html {
  const rows = rowsOf(schema, '');
  return rows.length === 0 ? html`<p>${kindOf(schema)}</p>` : html`<dl>${rows}</dl>`;
}

function rowsOf(schema: Schema, prefix: string): Html[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const must = schema.required?.includes(name) === true;
    const inner = insideOf(member);
    return [
      row(prefix + name, member, must ? '' : 'optional'),
      ...rowsOf(inner.schema, `${prefix}${name}${inner.mark}.`),
    ];
  });
}

/** The object within a list or a choice, where it is described in place. */
function insideOf(schema: Schema): { readonly schema: Schema; readonly mark: string } {
  if (schema.items !== undefined) return { schema: schema.items, mark: '[]' };
  return { schema: schema.anyOf?.find(({ properties }) => properties !== undefined) ?? schema, mark: '' };
}

/** One parameter with what it means; `id` where it can be linked to. */
export function parameterRow({ name, in: place, description, schema }: Parameter, id = ''): Html {
  const described = { ...schema, ...(description === undefined ? {} : { description }) };
  return row(name, described, place === 'path' ? 'in the path' : '', id);
}

function row(name: string, schema: Schema, note: string, id = ''): Html {
  const place = id === '' ? empty : html` id="${id}"`;
  const mark = note === '' ? empty : html` <span class="must">${note}</span>`;
  return html`<dt${place}><code>${name}</code> <span class="kind">${kindOf(schema)}</span>${mark}</dt>
<dd>${meaning(schema)}</dd>
`;
}

function meaning(schema: Schema): Html {
  const words = schema.enum ?? schema.items?.enum ?? schema.anyOf?.find(({ enum: each }) => each)?.enum;
  const value = schema.description ?? schema.anyOf?.[0]?.description ?? '';
  const choice =
    words === undefined ? '' : `${value === '' ? '' : ': '}${words.map((each) => `\`${each}\``).join(', ')}`;
  const bounds = boundsOf(schema).join('; ');
  return html`${prose(value + choice)}${bounds === '' ? '' : ` (${bounds})`}`;
}

function boundsOf({ minimum, maximum, maxLength, maxItems, default: usual }: Schema): string[] {
  return [
    ...(maximum === undefined ? [] : [`${minimum ?? 0} to ${maximum.toLocaleString('en')}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems.toLocaleString('en')}`]),
    ...(usual === undefined ? [] : [`usually ${String(usual)}`]),
  ];
}

function schemaLink(name: string): Html {
  return html`<a href="#${anchor('schema', name)}">${name}</a>`;
}
