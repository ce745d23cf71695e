// `/v3/jobs`: what became of work that was answered 202.
import { type Job, jobOf, jobTable } from '../../foundation/table/jobs.ts';
import { every } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { findSeen, head } from './answer.ts';
import { v3Route } from './v3-route.ts';

export function presentJob(job: Job, url: string): object {
  return {
    ...head(job),
    operation: job.operation,
    state: job.state,
    errors: [],
    warnings: [],
    links: { self: { href: `${url}/v3/jobs/${job.guid}` } },
  };
}

/** Whoever knows the guid of a job may ask for it, as in the original. */
async function show(call: KnownCall, services: Services): Promise<Answer> {
  const job = jobOf(await findSeen(call, services, jobTable, every, 'Job'));
  return { status: 200, body: presentJob(job, services.url) };
}

export const routes: readonly Route[] = [v3Route('GET', '/v3/jobs/:guid', 'Get a job', show)];
