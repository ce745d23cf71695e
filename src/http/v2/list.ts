// Lists of V2: one mechanism for every noun, at its own collection and wherever it belongs to something else.
import { parseV2List, type V2List, type V2ListSpec } from '../../query/v2-list.ts';
import { all, type RowFilter } from '../../store/table.ts';
import { v2Page } from '../../wire/v2.ts';
import type { About } from '../openapi/about.ts';
import type { Answer, KnownCall, Services } from '../route.ts';
import type { Entity } from './entity/entity.ts';
import { present, viewOf } from './present.ts';

/** Answers one page of the rows that a filter finds. `path` is where the list is asked for. */
export async function answerList(
  call: KnownCall,
  services: Services,
  entity: Entity,
  path: string,
  where: RowFilter,
): Promise<Answer> {
  const { attributes, orders } = entity;
  const list = parseV2List(call.query, { path, linksRelations: true, ...specOf(entity) });
  const asked = list.conditions.map((condition) => attributes[condition.attribute]?.(condition));
  const { rows, total } = await services.store.rowPage(entity.table, {
    where: all(where, ...asked.filter((filter) => filter !== undefined)),
    order: [{ column: orders[list.orderBy ?? 'id'] ?? 'created_at', direction: list.direction }],
    limit: list.perPage,
    offset: Math.min((list.page - 1) * list.perPage, Number.MAX_SAFE_INTEGER),
  });
  const view = viewOf(services, await services.standing(call.principal), call.query, list.relationsDepth);
  return pageAnswer(list, total, await present(entity, rows, view));
}

/** A list of what does not exist here: parameters are still judged, but for the names that `q` may take. */
export function answerEmptyList(call: KnownCall, path: string, attributes: readonly string[]): Answer {
  const spec = { path, attributes, orderBy: 'any', linksRelations: true } as const;
  return pageAnswer(parseV2List(call.query, spec), 0, []);
}

/** Describes a route that answers a list of a noun, for the OpenAPI document. */
export function listed(entity: Entity): About {
  return { list: specOf(entity) };
}

function specOf({ attributes, orders }: Entity): Pick<V2ListSpec, 'attributes' | 'orderBy'> {
  return { attributes: Object.keys(attributes), orderBy: Object.keys(orders) };
}

function pageAnswer(list: V2List, total: number, resources: readonly object[]): Answer {
  const totalPages = Math.max(1, Math.ceil(total / list.perPage));
  const page = {
    total,
    totalPages,
    previous: list.page > 1 ? list.link(list.page - 1, null) : null,
    next: list.page < totalPages ? list.link(list.page + 1, null) : null,
    orphans: list.orphans,
  };
  const texts = resources.map((resource) => JSON.stringify(resource));
  return { status: 200, body: v2Page(page, texts) };
}
