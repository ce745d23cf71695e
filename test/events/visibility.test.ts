// Who sees which events (events-api.md, sections A.7, A.8, B.4 and C; managers as docs/differences.md has them): one
// table, asked through every endpoint, by lists with filters that name what must stay invisible, and one by one.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertWalk, listPath, readPage, walk } from './lists.ts';
import { type Entry, openPlatform, type PlaceName, type Platform, places } from './readers.ts';
import { logEvents } from './told.ts';

interface Sight {
  /** What comes in lists and one by one. */
  readonly sees: readonly PlaceName[];
  /** Whose `/v2/spaces/:guid/events` is answered. */
  readonly spaces: readonly ('own' | 'sibling' | 'other')[];
}

const nothing: Sight = { sees: [], spaces: [] };
const everything: Sight = { sees: places, spaces: ['own', 'sibling', 'other'] };
const ownSpace: Sight = { sees: ['space'], spaces: ['own'] };
const organizationWide: readonly PlaceName[] = ['organization', 'space', 'sibling space', 'deleted space'];

const table: Readonly<Record<string, Sight>> = {
  admin: everything,
  admin_read_only: everything,
  global_auditor: everything,
  organization_manager: { sees: organizationWide, spaces: ['own', 'sibling'] },
  // Not one space is readable to an auditor of the organization, although the same events come in /v2/events (A.8).
  organization_auditor: { sees: organizationWide, spaces: [] },
  organization_billing_manager: nothing,
  organization_user: nothing,
  space_manager: ownSpace,
  space_developer: ownSpace,
  space_auditor: ownSpace,
  'client with a role': ownSpace,
  stranger: nothing,
};

type Failure = readonly [status: number, name: string];

/** Tokens that may not ask at all. One without any scope of Cloud Controller is not even meant for it. */
const refused: Readonly<Record<string, { v2: Failure; v3: Failure; unknown: Failure }>> = {
  'client without scopes': {
    v2: [401, 'CF-InvalidAuthToken'],
    v3: [401, 'CF-InvalidAuthToken'],
    unknown: [401, 'CF-InvalidAuthToken'],
  },
  // V2 looks for the event before it looks at scopes (A.7), and tells no more than unknown from known.
  'space_developer without the read scope': {
    v2: [403, 'CF-InsufficientScope'],
    v3: [403, 'CF-NotAuthorized'],
    unknown: [404, 'CF-EventNotFound'],
  },
};

/** A filter in the words of both APIs, and what it means. */
interface Question {
  readonly v2: string;
  readonly v3: string;
  readonly finds: (entry: Entry) => boolean;
}

const unknownGuid = '00000000-0000-4000-8000-000000000000';
const perPage = 4;

describe('who sees which events', () => {
  let platform: Platform;
  before(async () => {
    platform = await openPlatform();
    // Part of every total comes from the counts, part from the tail behind them.
    await platform.world.running.services.log.sealer.now();
  });
  after(() => platform.world.stop());

  const visible = (sees: readonly PlaceName[]): Entry[] =>
    platform.entries.filter((entry) => sees.includes(entry.place));

  for (const [name, { sees, spaces }] of Object.entries(table)) {
    const token = (): string => platform.tokens.get(name) ?? assert.fail(name);

    describe(name, () => {
      it('gets in lists what there is to see, and totals and links of no more', async () => {
        const seen = visible(sees);
        for (const { v2, v3, finds } of questions(platform)) {
          const guids = seen.filter(finds).map(({ guid }) => guid);
          const inV2 = await walk(platform.world, listPath('v2', `results-per-page=${perPage}&${v2}`), {
            token: token(),
          });
          const inV3 = await walk(platform.world, listPath('v3', `per_page=${perPage}&${v3}`), {
            token: token(),
          });
          for (const pages of [inV2, inV3]) assertWalk(pages, guids, perPage);
          const last = await readPage(platform.world, inV3[0]?.last ?? '', token());
          assert.deepEqual(last.guids, inV3.at(-1)?.guids);
        }
      });

      it('gets one by one what there is to see: else 403 in V2, 404 in V3', async () => {
        for (const { guid, place } of onePerPlace(platform)) {
          await assertSingle(platform, token(), guid, sees.includes(place));
        }
        await assertUnknown(platform, token());
      });

      it('gets the events of spaces that it may read', async () => {
        for (const space of ['own', 'sibling', 'other'] as const) {
          const path = `/v2/spaces/${platform.space[space]}/events?results-per-page=${perPage}`;
          if (spaces.includes(space)) {
            const inSpace = visible(sees).filter((entry) => entry.space === platform.space[space]);
            const pages = await walk(platform.world, path, { token: token() });
            assertWalk(
              pages,
              inSpace.map(({ guid }) => guid),
              perPage,
            );
          } else {
            await assertV2Error(platform, path, token(), 403, 'CF-NotAuthorized');
          }
        }
        for (const guid of [platform.space.deleted, unknownGuid]) {
          await assertV2Error(platform, `/v2/spaces/${guid}/events`, token(), 404, 'CF-SpaceNotFound');
        }
      });

      it('sees events of the log about itself only where it sees everything', async () => {
        const isGlobal = sees.length === places.length;
        const [event] = await logEvents(platform.world, 'audit.log.import');
        assert.ok(event);
        const { guid, target } = event;
        for (const more of ['', `&guids=${guid}`, `&target_guids=${target.guid}`]) {
          const page = await readPage(
            platform.world,
            listPath('v3', `types=audit.log.import${more}`),
            token(),
          );
          assert.equal(page.total, isGlobal ? 1 : 0, more);
          assert.deepEqual(page.guids, isGlobal ? [guid] : []);
        }
        const inV2 = await readPage(platform.world, listPath('v2', 'q=type:audit.log.import'), token());
        assert.deepEqual([inV2.total, inV2.guids], isGlobal ? [1, [guid]] : [0, []]);
        const untyped = await readPage(platform.world, listPath('v3', `guids=${guid}`), token());
        assert.deepEqual([untyped.total, untyped.guids], [0, []]);
        await assertSingle(platform, token(), guid, isGlobal);
      });
    });
  }

  for (const [name, { v2, v3, unknown }] of Object.entries(refused)) {
    it(`${name} may not ask at all`, async () => {
      const { world, tokens, space } = platform;
      const token = tokens.get(name) ?? assert.fail(name);
      const single = onePerPlace(platform).map(({ guid }) => guid);
      for (const path of ['/v2/events', `/v2/spaces/${space.own}/events`, ...single.map(v2Path)]) {
        await assertV2Error(platform, path, token, ...v2);
      }
      await assertV2Error(platform, v2Path(unknownGuid), token, ...unknown);
      const lists = ['/v3/audit_events', '/v3/audit_events?types=audit.space.create'];
      for (const path of [...lists, ...[...single, unknownGuid].map(v3Path)]) {
        const reply = await world.call('GET', path, { token });
        assert.deepEqual([reply.status, reply.json.errors[0].title], v3, path);
      }
    });
  }

  it('space_supporter sees its space in V3 and is kept out of V2', async () => {
    const { world, tokens, space } = platform;
    const token = tokens.get('space_supporter') ?? assert.fail('space_supporter');
    const seen = visible(ownSpace.sees).map(({ guid }) => guid);
    assertWalk(await walk(world, listPath('v3', `per_page=${perPage}`), { token }), seen, perPage);
    for (const { guid, place } of onePerPlace(platform)) {
      const reply = await world.call('GET', v3Path(guid), { token });
      assert.equal(reply.status, ownSpace.sees.includes(place) ? 200 : 404, place);
      for (const path of ['/v2/events', `/v2/spaces/${space.own}/events`, v2Path(guid)]) {
        const refused = await world.call('GET', path, { token });
        assert.deepEqual([refused.status, refused.headers.get('content-type')], [403, 'text/html'], path);
      }
    }
  });

  it('nobody without a token sees anything', async () => {
    const [{ guid }] = platform.entries as [Entry];
    const spaceEvents = `/v2/spaces/${platform.space.own}/events`;
    for (const path of ['/v2/events', v2Path(guid), spaceEvents]) {
      const reply = await platform.world.call('GET', path, { token: null });
      assert.deepEqual([reply.status, reply.json.error_code], [401, 'CF-NotAuthenticated'], path);
    }
    for (const path of ['/v3/audit_events', v3Path(guid)]) {
      const reply = await platform.world.call('GET', path, { token: null });
      assert.deepEqual([reply.status, reply.json.errors[0].title], [401, 'CF-NotAuthenticated'], path);
    }
  });
});

function v2Path(guid: string): string {
  return `/v2/events/${guid}`;
}

function v3Path(guid: string): string {
  return `/v3/audit_events/${guid}`;
}

/** The first event of every kind of place. */
function onePerPlace({ entries }: Platform): Entry[] {
  return places.map(
    (place) => entries.find((entry) => entry.place === place) ?? assert.fail(`an event ${place}`),
  );
}

function questions(platform: Platform): Question[] {
  const all: Question = { v2: '', v3: '', finds: () => true };
  const types = [...new Set(platform.entries.map(({ type }) => type))];
  const inOrganizations = Object.values(platform.organization);
  const inSpaces = Object.values(platform.space);
  return [
    all,
    {
      v2: `q=type%20IN%20${types.join(',')}`,
      v3: `types=${types.join(',')}`,
      finds: all.finds,
    },
    {
      v2: 'q=timestamp>2000-01-01T00:00:00Z',
      v3: 'created_ats[gt]=2000-01-01T00:00:00Z',
      finds: all.finds,
    },
    {
      v2: `q=organization_guid%20IN%20${inOrganizations.join(',')}&q=space_guid%20IN%20${inSpaces.join(',')}`,
      v3: `organization_guids=${inOrganizations.join(',')}&space_guids=${inSpaces.join(',')}`,
      finds: ({ organization, space }: Entry) =>
        inOrganizations.includes(organization) && inSpaces.includes(space),
    },
    ...inForeignPlaces(platform),
    ...['', ...inOrganizations].map((guid) => ({
      v2: `q=organization_guid:${guid}`,
      v3: `organization_guids=${guid}`,
      finds: (entry: Entry) => entry.organization === guid,
    })),
    ...['', ...inSpaces].map((guid) => ({
      v2: `q=space_guid:${guid}`,
      v3: `space_guids=${guid}`,
      finds: (entry: Entry) => entry.space === guid,
    })),
    ...onePerPlace(platform).flatMap(({ guid, type, target, organization }) => [
      { v2: `q=actee:${target}`, v3: `target_guids=${target}`, finds: (e: Entry) => e.target === target },
      { v2: `q=type:${type}`, v3: `types=${type}`, finds: (e: Entry) => e.type === type },
      {
        v2: `q=type:${type};organization_guid:${organization}`,
        v3: `types=${type}&organization_guids=${organization}`,
        finds: (e: Entry) => e.type === type && e.organization === organization,
      },
      // V2 has no filter by an event's own guid: actee and type come nearest.
      {
        v2: `q=actee:${target};type:${type}`,
        v3: `types=${type}&target_guids=${target}`,
        finds: (e: Entry) => e.target === target && e.type === type,
      },
      {
        v2: `q=actee<${target}&q=actee>=${target}`,
        v3: `guids=${guid}&target_guids[not]=${target}`,
        finds: () => false,
      },
    ]),
  ].map((question) => ({ ...question, v2: question.v2.replaceAll(';', '%3B') }));
}

/** Several places, none of which is the readers' own: the shortest way to the answer is through what a reader sees. */
function inForeignPlaces({ organization, space }: Platform): Question[] {
  const organizations = [organization.other, organization.deleted];
  const spaces = [space.sibling, space.other, space.deleted];
  return [
    {
      v2: `q=organization_guid%20IN%20${organizations.join(',')}`,
      v3: `organization_guids=${organizations.join(',')}`,
      finds: (entry) => organizations.includes(entry.organization),
    },
    {
      v2: `q=space_guid%20IN%20${spaces.join(',')}`,
      v3: `space_guids=${spaces.join(',')}`,
      finds: (entry) => spaces.includes(entry.space),
    },
  ];
}

async function assertSingle(platform: Platform, token: string, guid: string, sees: boolean): Promise<void> {
  const { world } = platform;
  const named = await readPage(world, listPath('v3', `guids=${guid}`), token);
  const isListed = platform.entries.some((entry) => entry.guid === guid);
  assert.deepEqual(named.guids, sees && isListed ? [guid] : []);
  assert.deepEqual([named.total, named.totalPages], [named.guids.length, 1]);
  const v3 = await world.call('GET', v3Path(guid), { token });
  if (sees) {
    const v2 = await world.call('GET', v2Path(guid), { token });
    assert.deepEqual([v2.status, v2.json.metadata.guid], [200, guid]);
    assert.deepEqual([v3.status, v3.json.guid], [200, guid]);
    return;
  }
  await assertV2Error(platform, v2Path(guid), token, 403, 'CF-NotAuthorized');
  const [error] = v3.json.errors;
  assert.deepEqual(
    [v3.status, error.code, error.title, error.detail],
    [404, 10010, 'CF-ResourceNotFound', 'Event not found'],
  );
}

async function assertUnknown(platform: Platform, token: string): Promise<void> {
  for (const guid of [unknownGuid, 'no-guid']) {
    await assertV2Error(platform, v2Path(guid), token, 404, 'CF-EventNotFound');
    const v3 = await platform.world.call('GET', v3Path(guid), { token });
    assert.deepEqual([v3.status, v3.json.errors[0].detail], [404, 'Event not found']);
  }
}

async function assertV2Error(
  { world }: Platform,
  path: string,
  token: string,
  status: number,
  name: string,
): Promise<void> {
  const reply = await world.call('GET', path, { token });
  assert.deepEqual([reply.status, reply.json.error_code], [status, name], path);
}
