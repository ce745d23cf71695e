// One line per route: in V2 a GET needs the scope to read, everything else the scope to write. What the answer is to
// show is judged before anything is changed.
import type { About } from '../openapi/about.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { depthAsked } from './depth.ts';

type Handle = (call: KnownCall, services: Services) => Promise<Answer>;

/** `about`: what the OpenAPI document cannot find from the path, such as `listed(entity)` of a list. */
export function v2Route(
  method: Route['method'],
  path: string,
  summary: string,
  handle: Handle,
  about: About = {},
): Route {
  const judged: Handle = async (call, services) => {
    depthAsked(call.query);
    return handle(call, services);
  };
  const access = method === 'GET' ? 'read' : 'write';
  return { method, path, dialect: 'v2', access, summary, handle: judged, about };
}

/** Describes a route that answers an object of its own form, such as a summary. */
export const ownForm: About = { response: { mediaType: 'application/json', schema: { type: 'object' } } };
