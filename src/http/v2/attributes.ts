// Bodies of V2 requests: a noun says which attributes it knows, and of what kind. What it does not know and what is
// null is passed over, as the original does; the rest is also what its events hold (events-api.md, E.2).
import { AppError } from '../../core/error.ts';
import { limits } from '../../core/limits.ts';
import type { RoleLists } from '../../foundation/member-lists.ts';
import type { RoleType } from '../../identity/role.ts';
import type { About } from '../openapi/about.ts';
import type { Call } from '../route.ts';
import { type Body, readBody, textOf } from '../v3/body.ts';

/** `guids` is a list of texts, `objects` one of objects. */
export type AttributeKind = 'text' | 'boolean' | 'integer' | 'guids' | 'objects';

export type Schema = Readonly<Record<string, AttributeKind>>;

/** The attributes that a request names, with the defaults of those that it does not. */
export interface Attributes {
  readonly request: Body;
  text(name: string): string | undefined;
  boolean(name: string): boolean | undefined;
  integer(name: string): number | undefined;
  guids(name: string): readonly string[] | undefined;
}

/**
 * Reads the attributes of a body.
 * @param required those that must be named.
 * @param defaults what a creation adds.
 * @throws AppError MessageParseError with all that is wrong.
 */
export function readAttributes(
  call: Pick<Call, 'body'>,
  schema: Schema,
  required: readonly string[] = [],
  defaults: Body = {},
): Attributes {
  const sent = Object.entries(readBody(call)).filter(
    ([name, value]) => Object.hasOwn(schema, name) && value !== null,
  );
  const request: Body = { ...Object.fromEntries(sent), ...missing(defaults, sent) };
  const faults = [
    ...required.filter((name) => request[name] === undefined).map((name) => [name, `Missing field ${name}`]),
    ...sent.flatMap(([name, value]) => fault(schema[name], value).map((text) => [name, text])),
  ];
  if (faults.length > 0) {
    const texts = faults.map(([name, text]) => `Field: ${name}, Error: ${text}`);
    throw new AppError('MessageParseError', [texts.join(', ')]);
  }
  return {
    request,
    text: (name) => textOf(request[name]) ?? undefined,
    boolean: (name) => (typeof request[name] === 'boolean' ? request[name] : undefined),
    integer: (name) => (typeof request[name] === 'number' ? request[name] : undefined),
    guids: (name) => {
      const value = request[name];
      return Array.isArray(value) ? value.map(String) : undefined;
    },
  };
}

/** The lists of guids that a request names, by the role that each is of. */
export function listsOf(attributes: Attributes, roles: Readonly<Record<string, RoleType>>): RoleLists {
  const named = Object.entries(roles).map(([name, role]) => [role, attributes.guids(name)] as const);
  return Object.fromEntries(named.filter(([, guids]) => guids !== undefined));
}

/** Describes the body of a request, for the OpenAPI document. */
export function requestOf(schema: Schema, required: readonly string[] = []): About {
  const forms = {
    text: { type: 'string' },
    boolean: { type: 'boolean' },
    integer: { type: 'integer' },
    guids: { type: 'array', items: { type: 'string' } },
    objects: { type: 'array', items: { type: 'object' } },
  } as const;
  const properties = Object.fromEntries(Object.entries(schema).map(([name, kind]) => [name, forms[kind]]));
  const form = { type: 'object', properties, ...(required.length === 0 ? {} : { required }) } as const;
  return { request: { mediaType: 'application/json', schema: form } };
}

function missing(defaults: Body, sent: readonly (readonly [string, unknown])[]): Body {
  const named = new Set(sent.map(([name]) => name));
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !named.has(name)));
}

function fault(kind: AttributeKind | undefined, value: unknown): string[] {
  if (kind === 'boolean') {
    return typeof value === 'boolean' ? [] : [`Expected instance of true or false, given ${shown(value)}`];
  }
  if (kind === 'text') return instanceOf('String', value);
  if (kind === 'integer') return instanceOf('Integer', value);
  if (!Array.isArray(value)) return instanceOf('Array', value);
  const faults = value.map((item) => instanceOf(kind === 'objects' ? 'Hash' : 'String', item));
  const index = faults.findIndex((found) => found.length > 0);
  return index < 0 ? [] : [`At index ${index}: ${faults[index]}`];
}

function instanceOf(wanted: string, value: unknown): string[] {
  const given = className(value);
  return given === `an instance of ${wanted}` ? [] : [`Expected instance of ${wanted}, given ${given}`];
}

/** The class that the original's language has for a value of JSON. */
function className(value: unknown): string {
  if (value === null) return 'an instance of NilClass';
  if (Array.isArray(value)) return 'an instance of Array';
  if (typeof value === 'string') return 'an instance of String';
  if (typeof value === 'boolean') return `an instance of ${value ? 'TrueClass' : 'FalseClass'}`;
  if (typeof value === 'number') return `an instance of ${Number.isInteger(value) ? 'Integer' : 'Float'}`;
  return 'an instance of Hash';
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 100).toWellFormed();
}

/** Throws the error of the noun where a name, if it is given, cannot be one. Answers it without blanks around it. */
export function checkedName(
  name: string | undefined,
  invalid: 'OrganizationInvalid' | 'SpaceInvalid',
): string | undefined {
  if (name === undefined) return undefined;
  const trimmed = name.trim();
  if (trimmed === '') throw new AppError(invalid, ['name presence']);
  if ([...trimmed].length > limits.nameCharactersMax) throw new AppError(invalid, ['name max_length']);
  if (!printable.test(trimmed)) throw new AppError(invalid, ['name format']);
  return trimmed;
}

/** What a line on a screen can show. */
const printable = /^[^\p{Cc}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]+$/u;
