// What V2 and V3 do alike with a question about events: narrow it to its reader, read one page, note that it was
// read, and know the pages around it.
import { limits } from '../core/limits.ts';
import { audienceOf } from '../event/catalog.ts';
import { visibilityOf } from '../identity/visibility.ts';
import { reads } from '../log/notes.ts';
import type { Filter } from '../query/ast.ts';
import { narrow, type Visibility } from '../query/narrow.ts';
import type { EventPage } from '../query/page.ts';
import { type PageLink, type PageLinks, type PageWish, pageLinks, pageRequest } from '../query/paging.ts';
import type { V3Events } from '../query/v3-events.ts';
import type { V3Page } from '../wire/v3.ts';
import type { KnownCall, Services } from './route.ts';

/** What the caller may see of the events. */
export async function visibilityFor(call: KnownCall, services: Services): Promise<Visibility> {
  return visibilityOf(await services.standing(call.principal), services.origins);
}

/** One page: of `platform` events, as the compatible APIs answer them, or of all. */
export async function readEvents(
  call: KnownCall,
  services: Services,
  wish: PageWish & { readonly filter: Filter },
  audiences: 'platform' | 'all' = 'platform',
): Promise<{ page: EventPage; links: PageLinks }> {
  const query = narrow(wish.filter, await visibilityFor(call, services), audiences, audienceOf);
  const page = await services.store.page(query, pageRequest(wish, query.digest));
  await noteRead(call, services, page.events.length);
  return { page, links: pageLinks(wish, query.digest, page) };
}

/** What an answered page of V3's form begins with. */
export function pageEnvelope(wish: V3Events, url: string, page: EventPage, links: PageLinks): V3Page {
  const href = (link: PageLink): string => wish.link(url, link.page, link.cursor);
  return {
    total: page.total,
    totalPages: links.totalPages,
    first: href(links.first),
    last: href(links.last),
    next: links.next === null ? null : href(links.next),
    previous: links.previous === null ? null : href(links.previous),
  };
}

/**
 * Reads are recorded by reader, client and minute, under what was asked for: a page that is linked to is the same
 * search as the first one (design, section 4).
 */
export async function noteRead(
  call: KnownCall,
  { doors }: Services,
  rows: number,
  text = searchOf(call),
): Promise<void> {
  const { principal, context, doer } = call;
  await doors.notes.note({
    kind: reads,
    subject: [context.address ?? '', principal.guid, principal.client],
    doer,
    target: { type: 'log', guid: 'log' },
    targetName: '',
    about: { text, rows },
  });
}

const paging = /^(page|per_page|results-per-page|cursor)=/;

/** What was asked for: the guid of a single event, or the filters of a list. */
function searchOf({ context, params, query }: KnownCall): string {
  const filters = query.split('&').filter((parameter) => !paging.test(parameter));
  const single = params.guid === undefined ? [] : [`guid=${params.guid}`];
  const text = `${context.interface}?${[...single, ...filters].join('&')}`;
  return text.toWellFormed().slice(0, limits.contextCharactersMax);
}
