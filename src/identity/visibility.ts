// What a standing may see of the events, as the Visibility that `query/narrow.ts` binds to every question.
import type { Visibility } from '../query/narrow.ts';
import { placesSeen, type Standing } from './role.ts';

/**
 * Global readers see everything. Everybody else sees the events of the organizations that they audit or manage
 * and of the spaces where they have a role, in the built-in foundation and in the origins that an operator has
 * declared to share its guids (design, section 4).
 */
export function visibilityOf(standing: Standing, origins: readonly string[]): Visibility {
  if (standing.global !== null) return { kind: 'all' };
  const places = (guids: readonly string[]) =>
    origins.flatMap((origin) => guids.map((guid) => ({ origin, guid })));
  return {
    kind: 'places',
    organizations: places(placesSeen(standing, 'organization.events')),
    spaces: places(placesSeen(standing, 'space.events')),
  };
}
