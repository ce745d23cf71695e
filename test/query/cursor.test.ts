import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cursor, decodeCursor, encodeCursor } from '../../src/query/cursor.ts';
import { noon } from './in-memory.ts';
import { refused } from './refused.ts';

const cursor: Cursor = {
  position: { kind: 'after', key: { occurredAt: noon, id: 7 } },
  page: 2,
  perPage: 50,
  direction: 'desc',
  bound: 100,
  total: 99,
  digest: 'abc',
};

test('any cursor survives its text, which needs no encoding in a URL', () => {
  const count = fc.nat(Number.MAX_SAFE_INTEGER);
  const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const key = fc.record(
    { occurredAt: fc.integer({ min: -8e15, max: 8e15 }), id: count },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.tuple(fc.constantFrom('after' as const, 'before' as const), key), fc.constant(null)),
      fc.record(
        {
          page: positive,
          perPage: positive,
          direction: fc.constantFrom('asc' as const, 'desc' as const),
          bound: count,
          total: count,
          digest: fc.base64String(),
        },
        { noNullPrototype: true },
      ),
      (place, fields) => {
        const position: Cursor['position'] =
          place === null ? { kind: 'at' } : { kind: place[0], key: place[1] };
        const text = encodeCursor({ position, ...fields });
        assert.match(text, /^[\w-]+$/);
        assert.deepEqual(decodeCursor(text), { position, ...fields });
      },
    ),
  );
});

function text(fields: unknown): string {
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

test('anything else is refused by name', () => {
  const good = ['after', [noon, 7], 2, 50, 'desc', 100, 99, 'abc'];
  assert.deepEqual(decodeCursor(text(good)), cursor);
  const changed = (index: number, value: unknown) => good.map((field, at) => (at === index ? value : field));
  const wrong = [
    ...['', 'x', '!', `${encodeCursor(cursor)}=`, `${encodeCursor(cursor)} `],
    ...[null, 1, {}, [], good.slice(1), [...good, 1]].map(text),
    ...['at', 'over', null].map((kind) => text(changed(0, kind))),
    ...[null, [], [noon], [noon, 1, 2], [noon, -1], [noon, 1.5], [9e18, 1], ['x', 1]].map((key) =>
      text(changed(1, key)),
    ),
    ...[0, -1, 1.5, '2', null, 2 ** 53].map((page) => text(changed(2, page))),
    ...[0, null].map((perPage) => text(changed(3, perPage))),
    ...['up', null].map((direction) => text(changed(4, direction))),
    ...[-1, null].flatMap((count) => [text(changed(5, count)), text(changed(6, count))]),
    text(changed(7, 1)),
  ];
  for (const each of wrong)
    assert.match(
      refused(() => decodeCursor(each)),
      /^cursor '.*' is not one/s,
      each,
    );
});
