// Lists of what belongs to something: `/v2/organizations/:guid/spaces` and the like, made of the relations that the
// nouns declare. What does not exist here yet is an empty list, so that clients that ask for everything come to an end.
import { assert } from '../../core/error.ts';
import { all } from '../../store/table.ts';
import type { Route } from '../route.ts';
import { entityAt } from './entities.ts';
import { type Entity, related } from './entity/entity.ts';
import { findOne } from './find.ts';
import { answerEmptyList, answerList, listed } from './list.ts';
import { listedRows } from './present.ts';
import { v2Route } from './v2-route.ts';

/** What `q` takes of nouns that do not exist here yet, as the original has them. */
const absent = {
  apps: ['name', 'space_guid', 'organization_guid', 'diego', 'stack_guid'],
  routes: ['host', 'domain_guid', 'organization_guid', 'path', 'port'],
  services: ['active', 'label', 'provider', 'service_broker_guid', 'unique_id'],
  service_instances: [
    'name',
    'space_guid',
    'service_plan_guid',
    'service_binding_guid',
    'gateway_name',
    'organization_guid',
    'service_key_guid',
  ],
} as const;

type Absent = keyof typeof absent;

/** The list of a relation that the noun declares. */
export function relatedRoute(entity: Entity, name: string): Route {
  const relation = entity.relations.find((each) => each.name === name);
  assert(relation?.kind === 'many', `${entity.path} has a relation ${name}`);
  const other = entityAt(relation.path);
  assert(other !== undefined, `${relation.path} is a noun of V2`);
  const summary = `List the ${name.replaceAll('_', ' ')} of one of ${entity.path.slice(4)}`;
  return v2Route(
    'GET',
    `${entity.path}/:guid/${name}`,
    summary,
    async (call, services) => {
      const { standing, guid } = await findOne(call, services, entity);
      const where = all(related(relation, guid), listedRows(other, standing));
      return answerList(call, services, other, `${entity.path}/${encodeURIComponent(guid)}/${name}`, where);
    },
    listed(other),
  );
}

/** The empty list of what does not exist here, within a noun. */
export function emptyRelatedRoute(entity: Entity, name: Absent): Route {
  const summary = `List the ${name.replaceAll('_', ' ')} of one of ${entity.path.slice(4)}: none here`;
  return v2Route('GET', `${entity.path}/:guid/${name}`, summary, async (call, services) => {
    const { guid } = await findOne(call, services, entity);
    return answerEmptyList(call, `${entity.path}/${encodeURIComponent(guid)}/${name}`, absent[name]);
  });
}

/** The empty collections themselves. */
export const emptyRoutes: readonly Route[] = (
  ['apps', 'routes', 'services', 'service_instances'] as const
).map((name) => {
  const path = `/v2/${name}`;
  const summary = `List ${name.replaceAll('_', ' ')}: none here`;
  return v2Route('GET', path, summary, async (call) => answerEmptyList(call, path, absent[name]));
});
