import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAhead } from '../../src/verify/read-ahead.ts';

test('answers come in the order of their items, with few reads under way', async () => {
  let [under, most] = [0, 0];
  const read = async (item: number): Promise<number> => {
    under += 1;
    most = Math.max(most, under);
    // The later ones are done first.
    for (let turn = item; turn < 20; turn += 1) await Promise.resolve();
    under -= 1;
    return item * 2;
  };
  const items = Array.from({ length: 20 }, (_, item) => item);
  assert.deepEqual(
    await Array.fromAsync(readAhead(items, read, 4)),
    items.map((item) => item * 2),
  );
  assert.equal(most, 4);
});

test('a read that fails rejects in its turn, and whoever has left hears of none', async () => {
  const read = async (item: number): Promise<number> => {
    if (item >= 2) throw new Error(`no ${item}`);
    return item;
  };
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const item of readAhead([0, 1, 2, 3], read, 4)) seen.push(item);
  }, /no 2/);
  assert.deepEqual(seen, [0, 1]);
  for await (const item of readAhead([0, 2, 3], read, 3)) {
    assert.equal(item, 0);
    break;
  }
});

test('no items, no reads', async () => {
  assert.deepEqual(await Array.fromAsync(readAhead([], () => Promise.reject(new Error('read')), 4)), []);
});
