// JSON Schema (2020-12) as far as the descriptions here need it, and short ways to write it. An object has all of its
// members unless some are named optional: what is answered is answered always.
import { limits } from '../../core/limits.ts';

type JsonType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';

export interface Schema {
  readonly $ref?: string;
  readonly type?: JsonType;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Schemas;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
}

/** What stands under a name in the document's components. */
export type Schemas = Readonly<Record<string, Schema>>;

export const nothing: Schema = { type: 'null' };
export const anything: Schema = { description: 'Any JSON value' };

export function text(description: string, more: Schema = {}): Schema {
  return { type: 'string', description, ...more };
}

/** One of some words. */
export function word(description: string, words: readonly string[]): Schema {
  return { type: 'string', description, enum: words };
}

export const exampleGuid = '0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01';

export function guid(of: string): Schema {
  return text(`Guid of ${of}`, { examples: [exampleGuid] });
}

export function time(description: string): Schema {
  return text(description, { format: 'date-time', examples: ['2026-11-22T10:00:00Z'] });
}

export function address(description: string, example: string): Schema {
  return text(description, { examples: [example] });
}

export function name(of: string, example: string): Schema {
  return text(`Name of ${of}`, { minLength: 1, maxLength: limits.nameCharactersMax, examples: [example] });
}

export function whole(description: string, more: Schema = {}): Schema {
  return { type: 'integer', description, minimum: 0, ...more };
}

export function flag(description: string, more: Schema = {}): Schema {
  return { type: 'boolean', description, ...more };
}

export function arrayOf(items: Schema, description?: string): Schema {
  return { type: 'array', items, ...(description === undefined ? {} : { description }) };
}

/** An object whose member names are the caller's own. */
export function mapOf(values: Schema, description: string): Schema {
  return { type: 'object', description, additionalProperties: values };
}

/** An object with these members, of which some may be missing; more may come with later versions. */
export function object(properties: Schemas, optional: readonly string[] = [], more: Schema = {}): Schema {
  const required = Object.keys(properties).filter((member) => !optional.includes(member));
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }), ...more };
}

/** An object of a request: no other members are taken. */
export function exactly(properties: Schemas, optional: readonly string[], more: Schema = {}): Schema {
  return object(properties, optional, { additionalProperties: false, ...more });
}

/** A described schema, by its name. */
export function ref(schema: string, description?: string): Schema {
  return { $ref: `#/components/schemas/${schema}`, ...(description === undefined ? {} : { description }) };
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, nothing] };
}

/** The name that a reference ends with. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
