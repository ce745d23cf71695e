// `/v3/feature_flags`: everybody reads them, admins change them. A flag that nobody has changed has no row, so that
// the list is made of the defaults and paged here.
import { type Instant, secondsText } from '../../core/instant.ts';
import {
  type FeatureFlag,
  featureFlagOf,
  featureFlagTable,
  flagName,
  flagNames,
} from '../../foundation/table/feature-flags.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import { commonParameters, parseV3List, type V3ListSpec } from '../../query/v3-list.ts';
import type { TimeRanges } from '../../query/v3-times.ts';
import { every } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { notFound } from './answer.ts';
import {
  type Body,
  boolean,
  optional,
  readBody,
  refuse,
  shortText,
  string,
  textOf,
  unknownFields,
} from './body.ts';
import { envelope } from './list.ts';
import { v3Route } from './v3-route.ts';

/** Reads the body of a change. Throws UnprocessableEntity. */
function parseFlagChange(body: Body) {
  const message = body.custom_error_message;
  refuse([
    ...unknownFields(body, ['enabled', 'custom_error_message']),
    ...boolean('Enabled', body.enabled),
    ...optional(message, (value) => [
      ...string('Custom error message', value),
      ...shortText('Custom error message', value),
    ]),
  ]);
  return {
    enabled: body.enabled === true,
    ...(message === undefined ? {} : { errorMessage: textOf(message) }),
    request: body,
  };
}

/** Every flag as it is now, in the original's order. */
export async function readFlags({ store }: Services): Promise<FeatureFlag[]> {
  const rows = new Map((await store.rows(featureFlagTable, { where: every })).map((row) => [row.name, row]));
  return flagNames.map((name) => featureFlagOf(name, rows.get(name)));
}

function presentFlag({ name, enabled, errorMessage, updatedAt }: FeatureFlag, url: string): object {
  return {
    name,
    enabled,
    updated_at: updatedAt === null ? null : secondsText(updatedAt),
    custom_error_message: errorMessage,
    links: { self: { href: `${url}${collection}/${name}` } },
  };
}

/** A flag that nobody has changed has no time, and is in no range. */
function isWithin(time: Instant | null, ranges: TimeRanges): boolean {
  return ranges.every((alternatives) =>
    alternatives.some(({ from, until }) => {
      return time !== null && (from === null || time >= from) && (until === null || time < until);
    }),
  );
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const asked = parseV3List(call.query, listSpec);
  const flags = (await readFlags(services))
    .filter(({ updatedAt }) => isWithin(updatedAt, asked.updatedAts))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  if (asked.orderBy?.direction === 'desc') flags.reverse();
  const from = (asked.page - 1) * asked.perPage;
  const resources = flags.slice(from, from + asked.perPage).map((flag) => presentFlag(flag, services.url));
  return { status: 200, body: { ...envelope(asked, services.url, collection, flags.length), resources } };
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const flag = (await readFlags(services)).find(({ name }) => name === call.params.name);
  if (flag === undefined) throw notFound('Feature flag');
  return { status: 200, body: presentFlag(flag, services.url) };
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const name = flagName(call.params.name ?? '');
  if (name === null) throw notFound('Feature flag');
  const permit = grant(await services.standing(call.principal), 'feature_flag.update', anywhere);
  const input = { name, ...parseFlagChange(readBody(call)) };
  const flag = await services.perform('feature_flag.update', permit, call.doer, input);
  return { status: 200, body: presentFlag(flag, services.url) };
}

const collection = '/v3/feature_flags';
const listSpec: V3ListSpec = { parameters: commonParameters, lists: [], orderBy: ['name'], include: [] };

export const routes: readonly Route[] = [
  v3Route('GET', collection, 'List feature flags', list, { list: listSpec }),
  v3Route('GET', `${collection}/:name`, 'Get a feature flag', show),
  v3Route('PATCH', `${collection}/:name`, 'Update a feature flag', update),
];
