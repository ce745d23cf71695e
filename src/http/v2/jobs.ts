// `/v2/jobs`: what became of a deletion that was asked for with `async=true`. It was done before it was answered, so
// that every job has finished; of a job that nobody knows the original says the same.

import type { Guid } from '../../core/guid.ts';
import { secondsText } from '../../core/instant.ts';
import { jobTable } from '../../foundation/table/jobs.ts';
import { resourceOf } from '../../foundation/table/resource.ts';
import { readParameters } from '../../query/parameters.ts';
import { equals } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { v2Route } from './v2-route.ts';

/** 204, or 202 with the job where the request asks for that. */
export async function answerRemoved(call: KnownCall, services: Services, jobGuid: Guid): Promise<Answer> {
  if (!flagOf(call, 'async')) return { status: 204 };
  return { status: 202, body: await presentJob(jobGuid, services) };
}

/** Whether a parameter is the text `true`. */
export function flagOf({ query }: Pick<KnownCall, 'query'>, name: string): boolean {
  return readParameters(query).findLast(([other]) => other === name)?.[1] === 'true';
}

async function presentJob(asked: Guid, { store }: Services): Promise<object> {
  const [row] = await store.rows(jobTable, { where: equals('guid', asked), limit: 1 });
  const { guid, createdAt } = row === undefined ? { guid: '0', createdAt: 0 } : resourceOf(row);
  return {
    metadata: { guid, created_at: secondsText(createdAt), url: `/v2/jobs/${guid}` },
    entity: { guid, status: 'finished' },
  };
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  return { status: 200, body: await presentJob(call.params.guid ?? '', services) };
}

export const routes: readonly Route[] = [v2Route('GET', '/v2/jobs/:guid', 'Get a job', show)];
