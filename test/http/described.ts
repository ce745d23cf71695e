// The OpenAPI document of the whole route table, and what tests need to look into it.
import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { OpenApi, Operation } from '../../src/http/openapi/document.ts';
import { openApiOf } from '../../src/http/openapi/document.ts';
import { type Parameter, templateOf } from '../../src/http/openapi/parameters.ts';
import { nameOf, type Schema } from '../../src/http/openapi/schema.ts';
import { routes } from '../../src/http/routes.ts';

export const url = 'http://127.0.0.1:1';
export const document = openApiOf(routes, url);
export const { schemas, parameters, responses } = document.components;

export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

export function operationAt(method: string, path: string, within: OpenApi = document): Operation {
  const operation = within.paths[templateOf(path)]?.[method.toLowerCase()];
  assert.ok(operation, `${method} ${path} is not described`);
  return operation;
}

export function parametersOf(operation: Operation): Parameter[] {
  return operation.parameters.map((parameter) => {
    const found = '$ref' in parameter ? parameters[nameOf(parameter.$ref)] : parameter;
    assert.ok(found);
    return found;
  });
}

/** Every object within a value, with the place where it stands. */
export function* objectsIn(
  value: unknown,
  place = '#',
): Generator<[string, Readonly<Record<string, unknown>>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [place, value as Record<string, unknown>];
  for (const [name, inner] of Object.entries(value)) yield* objectsIn(inner, `${place}/${name}`);
}

export const ajv = new Ajv2020({
  strict: true,
  strictRequired: true,
  allErrors: true,
  validateFormats: false,
});
ajv.addSchema({ $id: 'all', $defs: closed(schemas) });

/** Schemas as Ajv takes them: references to all of them, members that are not described refused. */
export function closed(schema: object): object {
  const text = JSON.stringify(schema).replaceAll('#/components/schemas/', 'all#/$defs/');
  return JSON.parse(text, (_name, value) =>
    value?.type === 'object' && value.properties !== undefined
      ? { additionalProperties: false, ...value }
      : value,
  );
}

export function faultsOf(schema: Schema, value: unknown): string {
  const validate = ajv.compile(closed(schema));
  return validate(value) ? '' : ajv.errorsText(validate.errors, { separator: '\n' });
}
