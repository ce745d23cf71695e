// SCIM 1.0 as UAA speaks it: the filter language, compiled to a filter on rows, and accounts as resources.
import type { Instant } from '../../core/instant.ts';
import { type Json, JsonRefused, member, readJson, stringOf } from '../../core/json.ts';
import { limits } from '../../core/limits.ts';
import { type Account, nameKey, scopesOf } from '../../identity/account.ts';
import { Denied } from '../../identity/denied.ts';
import { all, any, equals, every, type RowFilter, type Value } from '../../store/table.ts';

export const scimSchemas = ['urn:scim:schemas:core:1.0'];

/** A member of a resource that lists are filtered and sorted by. */
export interface Attribute {
  readonly column: string;
  readonly valueOf: (text: string) => Value;
}

const asIs = (text: string): Value => text;

/** By their names in lower case: SCIM does not tell cases apart, in names and operators. */
export type Attributes = Readonly<Record<string, Attribute>>;

const userAttributes: Attributes = {
  id: { column: 'guid', valueOf: asIs },
  username: { column: 'username_key', valueOf: nameKey },
  origin: { column: 'origin', valueOf: asIs },
  email: { column: 'email_key', valueOf: nameKey },
  emails: { column: 'email_key', valueOf: nameKey },
  'emails.value': { column: 'email_key', valueOf: nameKey },
  'name.givenname': { column: 'given_name', valueOf: asIs },
  'name.familyname': { column: 'family_name', valueOf: asIs },
  active: { column: 'active', valueOf: (text) => text === 'true' },
};

/** The column that a SCIM attribute is sorted by; undefined for one that does not exist. */
export function columnOf(attribute: string, attributes = userAttributes): string | undefined {
  return attributeNamed(attribute, attributes)?.column;
}

function attributeNamed(name: string, attributes: Attributes): Attribute | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}

/**
 * Reads a filter such as `userName eq "bob" and origin eq "uaa"` ('' finds everything): comparisons with eq,
 * co and sw, joined by and, or and not, with parentheses. Throws Denied (400 `scim`) with what was expected.
 */
export function readFilter(text: string, attributes = userAttributes): RowFilter {
  if (text.trim() === '') return every;
  const reader = new FilterReader(text, attributes);
  const filter = reader.either(0);
  reader.end();
  return filter;
}

const token = /\s*(?:([()])|("(?:[^"\\]|\\.)*")|([^\s()"]+))/y;

class FilterReader {
  readonly #tokens: string[];
  readonly #attributes: Attributes;
  #at = 0;
  #conditions = 0;

  constructor(text: string, attributes: Attributes) {
    this.#tokens = tokensOf(text.trim());
    this.#attributes = attributes;
  }

  either(depth: number): RowFilter {
    if (depth > limits.jsonDepthMax) throw invalidFilter('it is nested too deep');
    const parts = [this.#both(depth)];
    while (this.#took('or')) parts.push(this.#both(depth));
    return joined(parts, any);
  }

  end(): void {
    if (this.#at < this.#tokens.length)
      throw invalidFilter('"and" or "or" was expected between two conditions');
  }

  #both(depth: number): RowFilter {
    const parts = [this.#one(depth)];
    while (this.#took('and')) parts.push(this.#one(depth));
    return joined(parts, all);
  }

  #one(depth: number): RowFilter {
    if (this.#took('not')) return { kind: 'not', of: this.#group(depth) };
    if (this.#tokens[this.#at] === '(') return this.#group(depth);
    return this.#comparison();
  }

  #group(depth: number): RowFilter {
    if (!this.#took('(')) throw invalidFilter('a parenthesis was expected');
    const inner = this.either(depth + 1);
    if (!this.#took(')')) throw invalidFilter('a closing parenthesis was expected');
    return inner;
  }

  #comparison(): RowFilter {
    this.#conditions += 1;
    if (this.#conditions > limits.scimConditionsMax)
      throw invalidFilter(`it has more than ${limits.scimConditionsMax} conditions`);
    const attribute = attributeNamed(this.#next(), this.#attributes);
    if (attribute === undefined)
      throw invalidFilter(`the attributes are ${Object.keys(this.#attributes).join(', ')}`);
    const operator = this.#next().toLowerCase();
    const value = attribute.valueOf(literalOf(this.#next()));
    return comparison(attribute.column, operator, value);
  }

  #next(): string {
    const next = this.#tokens[this.#at];
    if (next === undefined) throw invalidFilter('it ends too early');
    this.#at += 1;
    return next;
  }

  #took(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (found === null) throw invalidFilter('a text has no closing quotation mark');
    tokens.push(found[1] ?? found[2] ?? found[3] ?? '');
  }
  return tokens;
}

function literalOf(text: string): string {
  if (text === 'true' || text === 'false') return text;
  if (!text.startsWith('"')) throw invalidFilter('a value stands in quotation marks');
  try {
    return stringOf(readJson(text)) ?? '';
  } catch {
    throw invalidFilter('a text has a broken escape');
  }
}

function comparison(column: string, operator: string, value: Value): RowFilter {
  if (operator === 'eq') return equals(column, value);
  if (typeof value === 'string' && operator === 'co') return { kind: 'contains', column, part: value };
  if (typeof value === 'string' && operator === 'sw') {
    const from: RowFilter = { kind: 'compare', column, op: '>=', value };
    return all(from, { kind: 'compare', column, op: '<=', value: `${value}\u{10ffff}` });
  }
  throw invalidFilter('the operators are eq, co and sw');
}

function joined(parts: readonly RowFilter[], join: (...parts: RowFilter[]) => RowFilter): RowFilter {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : join(...parts);
}

function invalidFilter(reason: string): Denied {
  return new Denied(400, 'scim', `Invalid filter expression: ${reason}`);
}

/** What a client sent of a user; undefined where it did not. */
export interface ScimUser {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly origin: string | undefined;
  readonly email: string | undefined;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly active: boolean | undefined;
}

/** Reads the body of a write to /Users. Throws Denied (400 `invalid_scim_resource`). */
export function readUser(body: string): ScimUser {
  const json = readObject(body);
  const name = member(json, 'name');
  const emails = member(json, 'emails');
  const list = emails?.kind === 'array' ? emails.items : [];
  const isPrimary = (email: Json) => {
    const primary = member(email, 'primary');
    return primary?.kind === 'boolean' && primary.value;
  };
  return {
    username: textMember(json, 'userName'),
    password: textMember(json, 'password'),
    origin: textMember(json, 'origin'),
    email: textMember(list.find(isPrimary) ?? list[0], 'value'),
    givenName: textMember(name, 'givenName'),
    familyName: textMember(name, 'familyName'),
    active: booleanMember(json, 'active'),
  };
}

/** Reads the body of a password change. Throws Denied (400 `invalid_scim_resource`). */
export function readPasswordChange(body: string): { password: string; oldPassword: string } {
  const json = readObject(body);
  return { password: textMember(json, 'password') ?? '', oldPassword: textMember(json, 'oldPassword') ?? '' };
}

/** The body as a JSON object; `refuse` makes the failure of a sentence. */
export function readObject(body: string, refuse = invalidResource): Json {
  try {
    const json = readJson(body);
    if (json.kind === 'object') return json;
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    throw refuse(`The body cannot be read as JSON: ${error.message}.`);
  }
  throw refuse('The body must be a JSON object.');
}

/** A member that is a text; undefined where it is missing or null. */
export function textMember(
  json: Json | undefined,
  name: string,
  refuse = invalidResource,
): string | undefined {
  const value = member(json, name);
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind !== 'string') throw refuse(`${name} must be a text.`);
  return value.value;
}

function booleanMember(json: Json, name: string): boolean | undefined {
  const value = member(json, name);
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind !== 'boolean') throw invalidResource(`${name} must be true or false.`);
  return value.value;
}

export function invalidResource(sentence: string): Denied {
  return new Denied(400, 'invalid_scim_resource', sentence);
}

/** An account as UAA answers it. */
export function userResource(account: Account): Readonly<Record<string, unknown>> {
  const { guid, username, origin, email, givenName, familyName, active } = account;
  return {
    id: guid,
    meta: { version: 0, created: millisText(account.createdAt), lastModified: millisText(account.updatedAt) },
    userName: username,
    name: { givenName, familyName },
    emails: [{ value: email, primary: true }],
    groups: scopesOf(account).map((scope) => ({ value: scope, display: scope, type: 'DIRECT' })),
    approvals: [],
    active,
    verified: true,
    origin,
    zoneId: 'uaa',
    ...(account.passwordChangedAt !== null && {
      passwordLastModified: millisText(account.passwordChangedAt),
    }),
    schemas: scimSchemas,
  };
}

function millisText(instant: Instant): string {
  return new Date(Math.floor(instant / 1000)).toISOString();
}
