// How deep relations are to be shown, where the answer is one resource: the rest of a list's parameters means nothing
// there, as in the original.
import { readParameters } from '../../query/parameters.ts';
import { parseV2List } from '../../query/v2-list.ts';

const name = 'inline-relations-depth';
const spec = { path: '', attributes: [], orderBy: 'any', linksRelations: false } as const;

/** Reads a query. Throws BadQueryParameter where it cannot be read at all, or asks too much. */
export function depthAsked(query: string): number {
  const asked = readParameters(query).findLast(([other]) => other === name)?.[1];
  if (asked === undefined || asked === null) return 0;
  return parseV2List(`${name}=${encodeURIComponent(asked)}`, spec).relationsDepth;
}
