// The options by which events are chosen, and what becomes of them: a query for the server, and a test for what the
// event APIs cannot filter by. Those APIs know no actor and no names; such events are read and passed over here.
import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { isGuid } from '../core/guid.ts';
import { limits } from '../core/limits.ts';
import { audienceOf, catalogOf, nearestType, typesWithPrefix } from '../event/catalog.ts';
import type { ExportRecord } from '../export/record.ts';
import { wrongUsage } from './failure.ts';
import type { EventQuery } from './feed.ts';
import { again, collected } from './list-option.ts';
import { pointInTime } from './period.ts';
import { organizationOf, spaceOf } from './places.ts';
import type { Remote } from './remote.ts';
import type { Place } from './session.ts';
import { tell } from './terminal.ts';

export interface FilterOptions {
  readonly org?: string;
  readonly allOrgs?: boolean;
  readonly space?: string;
  readonly type?: readonly string[];
  readonly actor?: string;
  readonly target?: string;
  readonly since?: string;
  readonly until?: string;
}

export interface ChosenEvents {
  readonly query: EventQuery;
  /** Whether an event that the server answered is wanted. */
  readonly matches: (event: ExportRecord) => boolean;
  /** Whether the server's filter is the whole filter, so that its total is the number of events. */
  readonly isExact: boolean;
  /** The place as a person would say it, '' for everywhere. */
  readonly where: string;
}

/** Where and when: what every list of events can be narrowed by. */
export function placeAndTimeOptions(command: Command): Command {
  return command
    .option('--org <name|guid>', 'organization; default: the targeted one, if there is one')
    .option('--all-orgs', 'every organization that you may read, whatever is targeted')
    .option('--space <name|guid>', 'space of that organization')
    .option('--since <time>', 'at or after: 30m, 24h, 7d, 2w ago, 2026-01-01, or RFC 3339 (UTC)')
    .option('--until <time>', 'before, in the same forms');
}

/** What and who. */
export function whatAndWhoOptions(command: Command): Command {
  return command
    .option('-t, --type <type>', `event type; audit.user.* stands for all that begin so ${again}`, collected)
    .option('--actor <name|guid>', 'who did it (sorted out here, since the event APIs cannot)')
    .option('--target <name|guid>', 'what it was done to (by name: sorted out here)');
}

/** Looks names up, reads times and types. Throws CliFailure for what cannot be meant. */
export async function chosenEvents(remote: Remote, options: FilterOptions): Promise<ChosenEvents> {
  if (options.org !== undefined && options.allOrgs === true) {
    throw wrongUsage('--org and --all-orgs contradict each other.');
  }
  const now = systemClock();
  const since = options.since === undefined ? '' : pointInTime(options.since, now, 'down');
  const until = options.until === undefined ? '' : pointInTime(options.until, now, 'up');
  if (since !== '' && until !== '' && since >= until) {
    throw wrongUsage(`The period is empty: ${options.since} is not before ${options.until}.`);
  }
  const types = chosenTypes(options.type ?? []);
  const organization = await chosenOrganization(remote, options, types);
  const space = options.space === undefined ? null : await spaceOf(remote, options.space, organization);
  const targetGuid =
    options.target !== undefined && isGuid(options.target) ? options.target.toLowerCase() : '';
  const byTargetName = targetGuid === '' ? (options.target ?? '') : '';
  return {
    query: {
      types,
      organizationGuid: organization?.guid ?? '',
      spaceGuid: space?.guid ?? '',
      targetGuid,
      since,
      until,
      newestFirst: false,
      pageEvents: limits.v3PageEvents,
    },
    matches: (event) =>
      isNamed(options.actor ?? '', [event.actor.guid, event.actor.name, event.actor.username]) &&
      isNamed(byTargetName, [event.target.guid, event.target.name]),
    isExact: options.actor === undefined && byTargetName === '',
    where: [organization, space].flatMap((place) => (place === null ? [] : [place.name])).join(' / '),
  };
}

async function chosenOrganization(
  remote: Remote,
  options: FilterOptions,
  types: readonly string[],
): Promise<Place | null> {
  if (options.org !== undefined) return organizationOf(remote, options.org);
  // A space's guid says enough by itself.
  if (options.allOrgs === true || (options.space !== undefined && isGuid(options.space))) return null;
  // Events about the log itself belong to no organization.
  if (types.length > 0 && types.every((type) => audienceOf(type) === 'log')) return null;
  return remote.session().organization;
}

/** Exact types as they are, a warning where one is unknown; prefixes become all that the catalog knows. */
function chosenTypes(texts: readonly string[]): string[] {
  const types = texts
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '')
    .flatMap((text) => (text.endsWith('*') ? withPrefix(text.slice(0, -1)) : [checked(text)]));
  return [...new Set(types)];
}

function withPrefix(prefix: string): readonly string[] {
  const types = typesWithPrefix(prefix);
  if (types.length === 0)
    throw wrongUsage(`No known event type begins with "${prefix}": see "hansard types".`);
  return types;
}

function checked(type: string): string {
  if (catalogOf(type) === undefined) {
    const near = nearestType(type);
    tell(`Warning: "${type}" is no known event type${near === null ? '' : `; did you mean "${near}"?`}`);
  }
  return type;
}

/** Letters of either case are alike: that is how log-in names work. */
function isNamed(wanted: string, names: readonly string[]): boolean {
  return wanted === '' || names.some((name) => name.toLowerCase() === wanted.toLowerCase());
}
