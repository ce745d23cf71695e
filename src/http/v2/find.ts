// Single resources of V2: found by guid, where unknown (404) and invisible (403) are told apart as the original does,
// and answered.
import { AppError } from '../../core/error.ts';
import type { Standing } from '../../identity/role.ts';
import { all, equals, every, type Row } from '../../store/table.ts';
import type { Answer, KnownCall, Services } from '../route.ts';
import { depthAsked } from './depth.ts';
import type { Entity } from './entity/entity.ts';
import { present, viewOf } from './present.ts';

export interface Found {
  readonly standing: Standing;
  readonly guid: string;
  readonly row: Row;
}

/** The row of a guid, the one in the path unless named. Throws <Noun>NotFound, and NotAuthorized. */
export async function findOne(
  call: KnownCall,
  services: Services,
  entity: Entity,
  guid = call.params.guid ?? '',
): Promise<Found> {
  const named = all(equals('guid', guid), entity.among ?? every);
  const [row] = await services.store.rows(entity.table, { where: named, limit: 1 });
  if (row === undefined) throw new AppError(entity.unknown, [guid]);
  const standing = await services.standing(call.principal);
  const where = all(equals('guid', guid), entity.readable(standing));
  const [seen] = await services.store.rows(entity.table, { where, limit: 1 });
  if (seen === undefined) throw new AppError('NotAuthorized');
  return { standing, guid, row: seen };
}

/** One resource as it is now; relations as the request asks for them. */
export async function answerOne(
  call: KnownCall,
  services: Services,
  entity: Entity,
  guid: string,
  status = 200,
): Promise<Answer> {
  const rows = await services.store.rows(entity.table, { where: equals('guid', guid), limit: 1 });
  const standing = await services.standing(call.principal);
  const view = viewOf(services, standing, call.query, depthAsked(call.query));
  const [resource] = await present(entity, rows, view);
  if (resource === undefined) throw new AppError(entity.unknown, [guid]);
  return { status, body: resource };
}

/** 201 with a resource that has just been made, and its address. */
export async function answerMade(
  call: KnownCall,
  services: Services,
  entity: Entity,
  guid: string,
): Promise<Answer> {
  const headers = { location: `${entity.path}/${encodeURIComponent(guid)}` };
  return { ...(await answerOne(call, services, entity, guid, 201)), headers };
}
