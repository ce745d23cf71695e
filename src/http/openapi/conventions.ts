// What a route is without saying so: V2 and V3 are regular, so that method and path tell which resource is sent and
// answered. A described schema is found by the noun: `/v3/isolation_segments` looks for IsolationSegment,
// NewIsolationSegment and IsolationSegmentChanges, `/v2/events` for V2Event; without one there is a general schema.
import type { Route } from '../route.ts';
import { entityAt } from '../v2/entities.ts';
import type { Entity } from '../v2/entity/entity.ts';
import type { About, Content, ListSpec } from './about.ts';
import { plainV3List, singular } from './parameters.ts';
import { flag, type Schema } from './schema.ts';
import { schemas } from './schemas.ts';
import { v2PageOf } from './v2-schemas.ts';
import { v3PageOf } from './v3-schemas.ts';

type Told = Pick<Route, 'method' | 'path' | 'dialect' | 'summary' | 'about'>;

/** The usual description of a route; what the route or operations.ts say of it goes before. */
export function usualOf(route: Told): About {
  const tag = tagOf(route);
  if (route.dialect === 'v3' || route.dialect === 'api') return { tag, ...usualOfV3(route) };
  if (route.dialect === 'v2') return { tag, ...usualOfV2(route) };
  return { tag };
}

export function json(schema: Schema): Content {
  return { mediaType: 'application/json', schema };
}

/** The path without its dialect: `organizations`, `:guid`, `users`. */
function segmentsOf({ path, dialect }: Told): string[] {
  const segments = path.split('/').filter((segment) => segment !== '');
  return segments[0] === dialect ? segments.slice(1) : segments;
}

export const serverTag = 'This server';

function tagOf(route: Told): string {
  const [first = '', second] = segmentsOf(route);
  const words = first.replaceAll('_', ' ').toLowerCase();
  if (route.dialect === 'root' || words === '' || words === 'info') return serverTag;
  if (route.dialect !== 'uaa') return `${route.dialect.toUpperCase()} ${words}`;
  if (/^[A-Z]/.test(first)) return `UAA ${words}`;
  return second === 'clients' ? 'UAA clients' : 'UAA log-in and tokens';
}

/** The noun that a path ends with, and whether it is one of it. */
function endOf(route: Told): { readonly noun: string; readonly isOne: boolean } {
  const segments = segmentsOf(route);
  const last = segments.at(-1) ?? '';
  return last.startsWith(':') ? { noun: segments.at(-2) ?? '', isOne: true } : { noun: last, isOne: false };
}

/** What a list takes; null for what is no list. */
function listOf(route: Told, plain: ListSpec): ListSpec | null {
  if (route.about?.list !== undefined) return route.about.list;
  return route.method === 'GET' && !endOf(route).isOne && /^List\b/.test(route.summary) ? plain : null;
}

/** `isolation_segments` in the way schemas are named. */
function schemaName(noun: string): string {
  return singular(noun)
    .split(/[ -]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

function known(name: string, otherwise: Content): Content {
  return Object.hasOwn(schemas, name) ? name : otherwise;
}

const anyObject = json({ type: 'object' });

function usualOfV3(route: Told): About {
  const list = listOf(route, plainV3List);
  const { noun, isOne } = endOf(route);
  const name = schemaName(noun);
  const resource = known(name, 'Resource');
  if (segmentsOf(route).includes('relationships')) return relationship(route.method, noun, isOne);
  if (list !== null) return { list, response: json(pageOfV3(resource, list)) };
  if (route.method === 'GET') return { response: resource };
  if (route.method === 'DELETE') return { status: 202, response: null };
  if (route.method === 'POST') {
    return { status: 201, request: known(`New${name}`, anyObject), response: resource };
  }
  return { request: known(`${name}Changes`, anyObject), response: resource };
}

function pageOfV3(resource: Content, list: ListSpec): Schema {
  const includes = 'include' in list && list.include.length > 0;
  return v3PageOf(typeof resource === 'string' ? resource : 'Resource', includes);
}

/** To one where the relationship's name is singular, to many where it is plural. */
function relationship(method: Route['method'], noun: string, isOne: boolean): About {
  if (method === 'DELETE') return { status: 204, response: null };
  const isMany = isOne || singular(noun) !== noun.replaceAll('_', ' ');
  return {
    ...(method === 'GET' ? {} : { request: isMany ? 'ToManyChanges' : 'ToOneChanges' }),
    response: isMany ? 'ToManyRelationship' : 'ToOneRelationship',
  };
}

function usualOfV2(route: Told): About {
  const { noun, isOne } = endOf(route);
  const entity = entityOfV2(route);
  const resource = known(`V2${schemaName(entity?.path.split('/').at(-1) ?? noun)}`, 'V2Resource');
  const list = listOf(route, isOne ? plainV2List : listOfEntity(entity));
  if (list !== null) return { list, response: json(v2PageOf(typeof resource === 'string' ? resource : '')) };
  if (route.method === 'GET') return { response: resource };
  const isOfRelation = segmentsOf(route).length > 2;
  if (route.method === 'DELETE') return isOfRelation ? parting(resource) : deletion;
  const byName = route.path.endsWith('/remove') ? parting(resource) : { status: 201, response: resource };
  if (isOfRelation) return { ...byName, request: isOne ? null : 'V2UserName' };
  return { status: 201, request: anyObject, response: resource };
}

/** Of a resource itself, which may be asked for as a job. */
const deletion: About = {
  status: 204,
  response: null,
  query: { async: flag('Whether to answer 202 with a job'), recursive: flag('With all that is in it') },
  also: { 202: 'V2Job' },
};

/** Of one resource from another: the original answers the other for some. */
function parting(resource: Content): About {
  return { status: 204, response: null, also: { 200: resource } };
}

const plainV2List: ListSpec = { attributes: [], orderBy: 'any' };

function listOfEntity(entity: Entity | undefined): ListSpec {
  if (entity === undefined) return plainV2List;
  return { attributes: Object.keys(entity.attributes), orderBy: Object.keys(entity.orders) };
}

/** The noun of V2 that a path answers: of a list of a relation that of the relation, otherwise its own. */
function entityOfV2({ method, path }: Told): Entity | undefined {
  const [, , collection = '', , relation] = path.split('/');
  const entity = entityAt(`/v2/${collection}`);
  const related = entity?.relations.find(({ name }) => name === relation);
  if (method !== 'GET' || relation === undefined || related === undefined) return entity;
  return related.kind === 'link' ? undefined : entityAt(related.path);
}
