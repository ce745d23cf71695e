// Examples made from schemas, so that nobody has to write them twice: the schema's own where it has one, otherwise of
// each member one.
import { exampleGuid, nameOf, type Schema, type Schemas } from './schema.ts';

/** Which members of an object: all for an answer, no more than must be there for a request. */
export type Extent = 'all' | 'least';

/** A value that fulfils the schema. `schemas` resolve its references; `member` is what it is called. */
export function exampleOf(schema: Schema, schemas: Schemas, extent: Extent = 'all', member = ''): unknown {
  if (schema.examples !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const of = schema.$ref === undefined ? schema.anyOf?.[0] : schemas[nameOf(schema.$ref)];
  if (of !== undefined) return exampleOf(of, schemas, extent, member);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        membersOf(schema, extent).map(([name, inner]) => [name, exampleOf(inner, schemas, extent, name)]),
      );
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, schemas, extent, member)];
    case 'integer':
    case 'number':
      return schema.default ?? schema.minimum ?? 0;
    case 'boolean':
      return schema.default ?? false;
    case 'string':
      return schema.default ?? textFor(member);
    default:
      return null;
  }
}

/** Of an object that must have nothing, the first member. */
function membersOf({ properties = {}, required = [] }: Schema, extent: Extent): [string, Schema][] {
  const all = Object.entries(properties);
  if (extent === 'all') return all;
  return required.length === 0 ? all.slice(0, 1) : all.filter(([name]) => required.includes(name));
}

function textFor(member: string): string {
  if (/guids?$/.test(member)) return exampleGuid;
  return member === 'name' ? 'acme' : 'text';
}
