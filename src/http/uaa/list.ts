// Lists as SCIM pages them: `startIndex` and `count` ask for a part, `attributes` for some members of each resource.
import { limits } from '../../core/limits.ts';
import type { Answer } from '../route.ts';

/** What is asked of a list. `startIndex` counts from 1. */
export interface ListRequest {
  readonly filter: string;
  readonly startIndex: number;
  readonly itemsPerPage: number;
  readonly sortBy: string;
  readonly direction: 'asc' | 'desc';
  /** Names of members, in lower case; none: all members. */
  readonly wanted: readonly string[];
}

type Resource = Readonly<Record<string, unknown>>;

/** Reads a query; numbers that are none count as not given, as UAA's clients rely on. */
export function readListRequest(query: string): ListRequest {
  const parameters = new URLSearchParams(query);
  const text = (name: string) => parameters.get(name) ?? '';
  return {
    filter: text('filter'),
    startIndex: Math.max(wholeNumber(text('startIndex'), 1), 1),
    itemsPerPage: Math.min(wholeNumber(text('count'), limits.scimPageDefault), limits.scimPageMax),
    sortBy: text('sortBy'),
    direction: text('sortOrder').toLowerCase() === 'descending' ? 'desc' : 'asc',
    wanted: text('attributes')
      .split(',')
      .map((name) => name.trim().split('.')[0]?.toLowerCase() ?? '')
      .filter((name) => name !== ''),
  };
}

/** One page. `schemas` is what UAA names for resources of the kind. */
export function listAnswer(
  { startIndex, itemsPerPage, wanted }: ListRequest,
  page: {
    readonly resources: readonly Resource[];
    readonly total: number;
    readonly schemas: readonly string[];
  },
): Answer {
  const { total, schemas } = page;
  const resources = page.resources.map((resource) => onlyWanted(resource, wanted));
  return { status: 200, body: { resources, startIndex, itemsPerPage, totalResults: total, schemas } };
}

/** `attributes=id,userName` asks for these members alone. */
function onlyWanted(resource: Resource, wanted: readonly string[]): Resource {
  if (wanted.length === 0) return resource;
  return Object.fromEntries(Object.entries(resource).filter(([name]) => wanted.includes(name.toLowerCase())));
}

function wholeNumber(text: string, otherwise: number): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}
