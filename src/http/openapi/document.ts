// The OpenAPI 3.1 document of a route table. Every route is in it, whatever its author said of it; for V2, V3 and UAA
// the document describes what the parsers decide.
import { product } from '../../core/version.ts';
import type { Route } from '../route.ts';
import type { About, Content } from './about.ts';
import { callersOf, type Requirement, securitySchemes } from './callers.ts';
import { json, serverTag, usualOf } from './conventions.ts';
import { failureResponses, failuresOf } from './failures.ts';
import { operations } from './operations.ts';
import {
  includeParameter,
  listParameters,
  type Parameter,
  pathParameters,
  queryParameter,
  type Reference,
  sharedParameters,
  templateOf,
} from './parameters.ts';
import { ref, type Schema, type Schemas, text } from './schema.ts';
import { schemas } from './schemas.ts';

export interface MediaType {
  readonly schema: Schema;
}

export interface Body {
  readonly required?: boolean;
  readonly content: Readonly<Record<string, MediaType>>;
}

export interface Response {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: Schema }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
  readonly $ref?: string;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly description?: string;
  /** Who may call, in a sentence. */
  readonly 'x-caller': string;
  readonly security: readonly Requirement[];
  readonly parameters: readonly (Parameter | Reference)[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Response>>;
}

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: object;
  readonly jsonSchemaDialect: string;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  /** By path, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Schemas;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly responses: Readonly<Record<string, object>>;
    readonly securitySchemes: object;
  };
}

const description = `The record of everything done in organizations and spaces, as a Cloud Foundry platform answers it
(\`/v2\`, \`/v3\`, UAA), and the log's own operations (\`/api\`, \`/log\`). HEAD is answered wherever GET is. Every answer has the
header \`X-Vcap-Request-Id\`. For \`/v2\`, \`/v3\` and UAA the schemas describe; what is refused, and with which
sentence, is as in the original.`;

/** The document of a route table. `url` is the address of the server, without a slash at the end. */
export function openApiOf(routes: readonly Route[], url: string): OpenApi {
  const described = routes.map((route) => ({ route, operation: operationOf(route) }));
  const byPath = Object.groupBy(described, ({ route }) => templateOf(route.path));
  const paths = Object.entries(byPath).map(([path, entries = []]) => [
    path,
    Object.fromEntries(entries.map(({ route, operation }) => [route.method.toLowerCase(), operation])),
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: product.name,
      version: product.version,
      description: description.replaceAll('\n', ' '),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url }],
    tags: tagsOf(described.map(({ operation }) => operation.tags[0])),
    paths: Object.fromEntries(paths),
    components: {
      schemas,
      parameters: sharedParameters,
      responses: failureResponses,
      securitySchemes: securitySchemes(url),
    },
  };
}

/** The server first, then events, then the rest in the order of the table. */
function tagsOf(names: readonly string[]): { name: string }[] {
  const rank = (name: string): number => (name === serverTag ? 0 : / (audit )?events$/.test(name) ? 1 : 2);
  return [...new Set(names)].toSorted((one, other) => rank(one) - rank(other)).map((name) => ({ name }));
}

/** What is said of a route: by its conventions, by operations.ts, and by itself, which counts most. */
function aboutOf(route: Route): About {
  return { ...usualOf(route), ...operations[`${route.method} ${route.path}`], ...route.about };
}

function operationOf(route: Route): Operation {
  const about = aboutOf(route);
  const { sentence, security } = callersOf(route, about.caller);
  const query = queryOf(about);
  const request = about.request ?? null;
  const hasBody = request !== null;
  return {
    operationId: operationId(route.method, route.path),
    tags: [about.tag ?? serverTag],
    summary: route.summary,
    ...(about.description === undefined ? {} : { description: about.description }),
    'x-caller': sentence,
    security,
    parameters: [...pathParameters(route.path), ...query],
    ...(request === null ? {} : { requestBody: { required: true, content: contentOf(request) } }),
    responses: {
      ...success(about),
      ...failuresOf(route, { isOpen: security.length === 0, hasQuery: query.length > 0, hasBody }),
    },
  };
}

function queryOf({ list, include, query = {}, examples = {} }: About): (Parameter | Reference)[] {
  const own = Object.entries(query).map(([name, schema]) => queryParameter(name, schema));
  const all = [
    ...(list === undefined || list === null ? [] : listParameters(list)),
    ...(include === undefined ? [] : [includeParameter(include)]),
    ...own,
  ];
  return all.map((parameter) =>
    'name' in parameter && Object.hasOwn(examples, parameter.name)
      ? { ...parameter, example: examples[parameter.name] }
      : parameter,
  );
}

const successes: Readonly<Record<string, string>> = {
  200: 'The answer',
  201: 'Made',
  202: 'Accepted; a job says what becomes of it',
  204: 'Done; nothing is answered',
  405: 'Always',
};

function success({
  status = 200,
  response = json({ type: 'object' }),
  also = {},
}: About): Record<string, Response> {
  const all: [string, Content | null][] = [[String(status), response], ...Object.entries(also)];
  return Object.fromEntries(all.map(([code, content]) => [code, answerOf(code, content)]));
}

function answerOf(status: string, content: Content | null): Response {
  const location = { description: 'Address of the job', schema: text('Address') };
  return {
    description: successes[status] ?? 'The answer',
    ...(status === '202' && content === null ? { headers: { Location: location } } : {}),
    ...(content === null ? {} : { content: contentOf(content) }),
  };
}

function contentOf(content: Content): Readonly<Record<string, MediaType>> {
  if (typeof content === 'string') return { 'application/json': { schema: ref(content) } };
  return { [content.mediaType]: { schema: content.schema } };
}

/** Made of method and path alone, so that it stays: `getV3OrganizationsByGuidUsers`. */
export function operationId(method: string, path: string): string {
  const parts = path.split(/[/._-]/).filter((part) => part !== '');
  const words = parts.map((part) => {
    const by = /^[:*]/.test(part) ? 'By' : '';
    const word = part === '*' ? 'path' : part.replace(':', '');
    return by + word.charAt(0).toUpperCase() + word.slice(1);
  });
  return method.toLowerCase() + (words.length === 0 ? 'Root' : words.join(''));
}
