// One line per route: in V3 a GET needs the scope to read, everything else the scope to write.
import type { About } from '../openapi/about.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';

type Handle = (call: KnownCall, services: Services) => Promise<Answer>;

/** `about`: what the OpenAPI document cannot find from the path, such as `listed(collection)` of a list. */
export function v3Route(
  method: Route['method'],
  path: string,
  summary: string,
  handle: Handle,
  about: About = {},
): Route {
  return { method, path, dialect: 'v3', access: method === 'GET' ? 'read' : 'write', summary, handle, about };
}
