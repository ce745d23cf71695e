import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredEvent } from '../../src/event/event.ts';
import { type Direction, everything } from '../../src/query/ast.ts';
import { decodeCursor } from '../../src/query/cursor.ts';
import { inDirection } from '../../src/query/matches.ts';
import { narrow, type Visibility } from '../../src/query/narrow.ts';
import {
  type PageLink,
  type PageLinks,
  type PageWish,
  pageLinks,
  pageRequest,
} from '../../src/query/paging.ts';
import { event, noon, page } from './in-memory.ts';

const everyone: Visibility = { kind: 'all' };
const queryOf = (visibility: Visibility) => narrow(everything, visibility, 'all', () => 'platform');
const query = queryOf(everyone);

function wish(changes: Partial<PageWish> = {}): PageWish {
  return { page: 1, perPage: 2, direction: 'asc', cursor: null, ...changes };
}

/** Follows a link as a server would read it. */
function follow(link: PageLink, from: PageWish): PageWish {
  return { ...from, page: link.page, cursor: link.cursor === null ? null : decodeCursor(link.cursor) };
}

interface Step {
  readonly ids: readonly number[];
  readonly total: number;
  readonly links: PageLinks;
}

function ask(rows: readonly StoredEvent[], from: PageWish, asked = query): Step {
  const answer = page(rows, asked, pageRequest(from, asked.digest));
  return {
    ids: answer.events.map(({ id }) => id),
    total: answer.total,
    links: pageLinks(from, asked.digest, answer),
  };
}

function rowsOf(...times: readonly number[]): StoredEvent[] {
  return times.map((time, index) => event({ id: index + 1, occurredAt: noon + time }));
}

test('page by number without a cursor, counted anew', () => {
  assert.deepEqual(pageRequest(wish({ page: 3 }), 'd'), {
    direction: 'asc',
    start: { kind: 'skip', rows: 4 },
    limit: 2,
    bound: null,
    total: null,
  });
  const far = wish({ page: Number.MAX_SAFE_INTEGER, perPage: 100 });
  assert.deepEqual(pageRequest(far, 'd').start, { kind: 'skip', rows: Number.MAX_SAFE_INTEGER });
});

test('a cursor counts for its own page, size and direction, its total for the same question', () => {
  const cursor = decodeCursor(ask(rowsOf(1, 2, 3), wish()).links.next?.cursor ?? '');
  const after = { kind: 'after', key: { occurredAt: noon + 2, id: 2 } };
  const skip = (rows: number) => ({ kind: 'skip', rows });
  const request = (changes: Partial<PageWish>, digest = query.digest) => {
    const { start, bound, total } = pageRequest(wish({ page: 2, cursor, ...changes }), digest);
    return [start, bound, total];
  };
  assert.deepEqual(request({}), [after, 3, 3]);
  assert.deepEqual(request({ page: 3 }), [skip(4), 3, 3]);
  assert.deepEqual(request({ perPage: 3 }), [skip(3), 3, 3]);
  assert.deepEqual(request({ direction: 'desc' }), [skip(2), 3, 3]);
  assert.deepEqual(request({}, 'other'), [after, 3, null]);
  assert.deepEqual(request({ page: 3 }, 'other'), [skip(4), null, null]);
});

test('a list of one page has neither neighbours nor cursors', () => {
  for (const rows of [rowsOf(), rowsOf(1, 2)]) {
    assert.deepEqual(ask(rows, wish()).links, {
      totalPages: 1,
      first: { page: 1, cursor: null },
      last: { page: 1, cursor: null },
      next: null,
      previous: null,
    });
  }
});

test('the last page is reached by number within the bound', () => {
  const rows = rowsOf(1, 2, 3);
  const { last } = ask(rows, wish()).links;
  const later = [...rows, event({ id: 4, occurredAt: noon })];
  assert.deepEqual(ask(later, follow(last, wish())).ids, [3]);
  assert.equal(last.page, 2);
});

test('beyond the end: nothing, no next, and back by number', () => {
  const beyond = ask(rowsOf(1, 2, 3), wish({ page: 9 }));
  assert.deepEqual(beyond.ids, []);
  assert.equal(beyond.links.next, null);
  assert.equal(beyond.links.previous?.page, 8);
  const back = ask(rowsOf(1, 2, 3), { ...follow(beyond.links.previous, wish()), page: 2 });
  assert.deepEqual(back.ids, [3]);
});

test('what became visible before page 1 still gets a link', () => {
  const rows = [
    event({ id: 2, occurredAt: noon, spaceGuid: 's2' }),
    ...rowsOf(1),
    event({ id: 3, occurredAt: noon + 3 }),
  ];
  const narrowed = queryOf({ kind: 'places', organizations: [], spaces: [{ origin: '', guid: 's1' }] });
  const first = ask(rows, wish({ perPage: 1 }), narrowed);
  const second = ask(rows, follow(first.links.next ?? assert.fail(), wish({ perPage: 1 })), narrowed);
  const back = ask(rows, follow(second.links.previous ?? assert.fail(), wish({ perPage: 1 })));
  assert.deepEqual([first.ids, second.ids, back.ids], [[1], [3], [1]]);
  const before = ask(rows, follow(back.links.previous ?? assert.fail(), wish({ perPage: 1 })));
  assert.deepEqual(before.ids, [2]);
  assert.equal(before.links.previous, null);
});

test('following links: what was visible at first and still is comes exactly once, later events never', () => {
  const time = fc.nat(5);
  fc.assert(
    fc.property(
      fc.array(time, { maxLength: 20 }),
      fc.array(time, { maxLength: 5 }),
      fc.array(fc.nat(19), { maxLength: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom<Direction>('asc', 'desc'),
      (times, arriving, leaving, perPage, direction) => {
        const before = rowsOf(...times);
        const gone = new Set(leaving.map((index) => before[index]?.id));
        const after = [
          ...before.filter(({ id }) => !gone.has(id)),
          ...arriving.map((at, index) => event({ id: 100 + index, occurredAt: noon + at })),
        ];
        const staying = before.filter(({ id }) => !gone.has(id)).toSorted(inDirection(direction));

        let from = wish({ perPage, direction });
        let step = ask(before, from);
        const forwards: number[] = [...step.ids];
        while (step.links.next !== null) {
          from = follow(step.links.next, from);
          step = ask(after, from);
          forwards.push(...step.ids);
          assert.equal(step.total, before.length);
        }
        assert.deepEqual(
          forwards.filter((id) => !gone.has(id)),
          staying.map(({ id }) => id),
        );
        assert.equal(new Set(forwards).size, forwards.length);

        const backwards: number[] = [...step.ids];
        while (step.links.previous !== null) {
          from = follow(step.links.previous, from);
          step = ask(after, from);
          backwards.unshift(...step.ids);
        }
        assert.deepEqual(
          backwards.filter((id) => !gone.has(id)),
          staying.map(({ id }) => id),
        );
      },
    ),
  );
});
