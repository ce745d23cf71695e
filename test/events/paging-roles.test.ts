// Paging by links while the reader's roles change (design, section 6): every event that was visible when page 1 was
// answered, and still is, comes exactly once; nothing comes that is not visible any more; totals are made anew.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { openWorld, type Person, type World } from '../http/v3/world.ts';
import { type Api, assertWalk, listPath, type Page, walk } from './lists.ts';
import { Importer, Model, storeAsOwn } from './motion.ts';
import { lend } from './readers.ts';
import type { Told } from './told.ts';

const count = 12_000;

interface Place {
  readonly organization: string;
  readonly space: string;
}

describe('a reader of several organizations and spaces, whose roles change in the middle', () => {
  const model = new Model();
  let world: World;
  let reader: Person;
  let importer: Importer;
  /** The last one is nobody's to see. */
  let places: readonly Place[];
  let roles: readonly { readonly type: string; readonly place: string }[];

  before(async () => {
    world = await openWorld();
    reader = await world.person('reader');
    importer = new Importer(model, (events) => storeAsOwn(world, events), membersOf);
    const [audited, managed, joined, foreign] = await Promise.all(
      ['audited', 'managed', 'joined', 'foreign'].map((name) => world.organization(name)),
    );
    assert.ok(audited && managed && joined && foreign);
    await world.give('organization_user', reader.guid, joined);
    const inJoined = await Promise.all(['one', 'two', 'three'].map((name) => world.space(name, joined)));
    const inAudited = await world.space('space', audited);
    const [one = '', two = '', three = ''] = inJoined;
    roles = [
      { type: 'organization_auditor', place: audited },
      { type: 'organization_manager', place: managed },
      { type: 'space_developer', place: one },
      { type: 'space_auditor', place: two },
    ];
    places = [
      { organization: audited, space: '' },
      { organization: audited, space: inAudited },
      { organization: managed, space: '' },
      { organization: joined, space: one },
      { organization: joined, space: two },
      { organization: joined, space: three },
      { organization: joined, space: '' },
      { organization: foreign, space: '' },
    ];
    const events = model.made(count, membersOf);
    await storeAsOwn(world, events);
    model.add(events);
  });
  after(() => world.stop());

  const membersOf = (number: number): Partial<Told> => places[number % places.length] ?? {};
  const sees = (event: Place, without = ''): boolean =>
    roles.some(({ place }) => place !== without && [event.organization, event.space].includes(place));
  /** What takes back each role that the reader has, by its place. */
  const lent = new Map<string, () => Promise<unknown>>();
  const give = async (type: string, place: string): Promise<void> => {
    lent.set(place, await lend(world, type, reader.guid, place));
  };
  const take = async (place: string): Promise<void> => {
    await lent.get(place)?.();
    lent.delete(place);
  };
  const giveAll = async (except = ''): Promise<void> => {
    for (const { type, place } of roles) if (place !== except) await give(type, place);
  };
  afterEach(async () => {
    for (const place of [...lent.keys()]) await take(place);
  });

  const starts: readonly (readonly [Api, number, string])[] = [
    ['v2', 100, 'results-per-page=100&order-direction=asc&q=type:audit.app.update'],
    ['v2', 100, 'results-per-page=100&order-direction=desc&q=type:audit.app.update'],
    ['v3', 500, 'per_page=500&created_ats[lt]=2018-02-06T00:00:00Z'],
    ['v3', 500, 'per_page=500&order_by=-created_at&types=audit.app.update'],
  ];
  for (const [api, perPage, query] of starts) {
    for (const role of ['organization_auditor', 'space_developer']) {
      it(`${api}?${query}: ${role} is taken away`, async () => {
        await giveAll();
        const lost = roles.find(({ type }) => type === role)?.place ?? '';
        const before_ = inOrder(query, (event) => sees(event));
        const still = inOrder(query, (event) => sees(event, lost));
        assert.ok(still.length < before_.length && still.length > 0);
        const turn = Math.ceil(before_.length / perPage / 2);
        const pages = await walk(world, listPath(api, query), {
          token: reader.token,
          step: async (_page, number) => {
            if (number % 5 === 1) importer.go();
            if (number === turn) await take(lost);
          },
        });
        await importer.done();
        assertTotals(pages.slice(0, turn), before_.length, perPage);
        assertTotals(pages.slice(turn), still.length, perPage);
        const seen = guidsOf(pages.slice(0, turn));
        assert.deepEqual(seen, before_.slice(0, turn * perPage));
        const passed = new Set(seen);
        assert.deepEqual(
          guidsOf(pages.slice(turn)),
          still.filter((guid) => !passed.has(guid)),
        );
      });
    }

    it(`${api}?${query}: a role is given`, async () => {
      const given = roles[3] ?? { type: '', place: '' };
      await giveAll(given.place);
      const before_ = inOrder(query, (event) => sees(event, given.place));
      const all = inOrder(query, (event) => sees(event));
      const turn = Math.ceil(before_.length / perPage / 2);
      const pages = await walk(world, listPath(api, query), {
        token: reader.token,
        step: async (_page, number) => {
          if (number % 5 === 1) importer.go();
          if (number === turn) await give(given.type, given.place);
        },
      });
      await importer.done();
      assertTotals(pages.slice(0, turn), before_.length, perPage);
      assertTotals(pages.slice(turn), all.length, perPage);
      const seen = guidsOf(pages);
      assert.equal(new Set(seen).size, seen.length, 'nothing comes twice');
      const wanted = new Set(before_);
      assert.deepEqual(
        seen.filter((guid) => wanted.has(guid)),
        before_,
      );
      // What has become visible comes where the walk had not been yet.
      const from = all.indexOf(seen[turn * perPage] ?? '');
      assert.deepEqual(seen.slice(turn * perPage), all.slice(from));
    });
  }

  it('filters that name other places beside some of the reader’s own find these alone', async () => {
    const organizations = [0, 3, 7].map((index) => places[index]?.organization ?? '');
    const spaces = [1, 3, 5].map((index) => places[index]?.space ?? '');
    const cases = [
      [['organization_auditor', 'organization_manager'], 'organization', organizations],
      [['space_developer', 'space_auditor'], 'space', spaces],
    ] as const;
    for (const [types, field, guids] of cases) {
      const given = roles.filter(({ type }) => types.some((one) => one === type));
      for (const { type, place } of given) await give(type, place);
      const own = given.map(({ place }) => place).filter((place) => guids.includes(place));
      assert.equal(own.length, 1);
      const found = inOrder('', (event) => own.includes(event[field]));
      const v2 = `results-per-page=100&q=${field}_guid%20IN%20${guids}&q=type:audit.app.update`;
      const v3 = `per_page=500&${field}_guids=${guids}&types=audit.app.update`;
      const untyped = `per_page=500&${field}_guids=${guids}&created_ats[lt]=2018-02-06T00:00:00Z`;
      const { token } = reader;
      assertWalk(await walk(world, listPath('v2', v2), { token }), found, 100);
      assertWalk(await walk(world, listPath('v3', v3), { token }), found, 500);
      assertWalk(await walk(world, listPath('v3', untyped), { token }), found, 500);
      for (const { place } of given) await take(place);
    }
  });

  it('goes back past the first page to what has become visible before it', async () => {
    const [first] = roles;
    assert.ok(first);
    const later = roles[1] ?? first;
    await give(first.type, first.place);
    const path = listPath('v3', 'per_page=500&types=audit.app.update');
    const forward = await walk(world, path, { token: reader.token });
    await give(later.type, later.place);
    const back = await walk(world, forward.at(-1)?.previous ?? '', { token: reader.token, link: 'previous' });
    const seen = [...guidsOf(back.toReversed()), ...(forward.at(-1)?.guids ?? [])];
    assert.equal(new Set(seen).size, seen.length);
    const visible = inOrder('', ({ organization }) => [first.place, later.place].includes(organization));
    assert.deepEqual(
      guidsOf(back.toReversed()),
      visible.slice(0, visible.indexOf(forward.at(-1)?.guids[0] ?? '')),
    );
  });

  function inOrder(query: string, passes: (event: Told) => boolean): string[] {
    const guids = model.guids(passes);
    return query.includes('desc') || query.includes('=-') ? guids.reverse() : guids;
  }
});

function guidsOf(pages: readonly Page[]): string[] {
  return pages.flatMap((page) => page.guids);
}

function assertTotals(pages: readonly Page[], total: number, perPage: number): void {
  assert.ok(pages.length > 0);
  for (const page of pages) {
    assert.deepEqual([page.total, page.totalPages], [total, Math.ceil(total / perPage)]);
  }
}
