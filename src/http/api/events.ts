// `GET /api/events`: the whole log for those who may see it, events about Hansard itself included, with what the
// compatible APIs have no place for: origin, outcome, and where a request came from.
import { apiEventsSpec, parseApiEvents } from '../../query/v3-events.ts';
import { apiEvent } from '../../wire/api.ts';
import { v3Page } from '../../wire/v3.ts';
import { pageEnvelope, readEvents } from '../events.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const wish = parseApiEvents(call.query);
  const { page, links } = await readEvents(call, services, wish, 'all');
  return {
    status: 200,
    body: v3Page(pageEnvelope(wish, services.url, page, links), page.events.map(apiEvent)),
  };
}

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/events',
    dialect: 'api',
    access: 'read',
    summary: 'List all events, those of the log about itself included',
    about: { tag: 'Events', list: apiEventsSpec },
    handle: list,
  },
];
