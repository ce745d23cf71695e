// `/openapi.json`, and the same for people: `/docs`, `/docs/events`. All public, all made from the one route table, of
// which they are a part themselves.
import { apiPage } from './docs/api-page.ts';
import { eventsPage } from './docs/events-page.ts';
import { pageAnswer } from './docs/frame.ts';
import type { Content } from './openapi/about.ts';
import { json } from './openapi/conventions.ts';
import { openApiOf } from './openapi/document.ts';
import type { Answer, Call, Route, Services } from './route.ts';

const pages = { api: '/docs', events: '/docs/events' } as const;

/** The routes that describe a table and themselves. */
export function documentationRoutes(table: readonly Route[]): readonly Route[] {
  const described = (url: string) => openApiOf([...table, ...own], url);
  const own: readonly Route[] = [
    made('/openapi.json', 'Every operation as OpenAPI 3.1', json({ type: 'object' }), (url) => ({
      status: 200,
      body: JSON.stringify(described(url)),
    })),
    made(pages.api, 'Every operation as a page', webPage, (url) =>
      pageAnswer(apiPage(described(url), pages.events)),
    ),
    made(pages.events, 'Every type of event as a page', webPage, () => pageAnswer(eventsPage(pages.api))),
  ];
  return own;
}

const webPage: Content = { mediaType: 'text/html', schema: { type: 'string' } };

/** The address of a running server stays as it is: what is made for it is made at the first request. */
function made(path: string, summary: string, response: Content, make: (url: string) => Answer): Route {
  let kept: { readonly url: string; readonly answer: Answer } | null = null;
  const handle = (_call: Call, { url }: Services): Answer => {
    if (kept?.url !== url) kept = { url, answer: make(url) };
    return kept.answer;
  };
  return { method: 'GET', path, dialect: 'root', access: 'public', summary, about: { response }, handle };
}
