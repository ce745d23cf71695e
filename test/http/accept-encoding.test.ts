import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { prefersGzip } from '../../src/http/accept-encoding.ts';

test('gzip where the client takes it', () => {
  const taken = [
    'gzip',
    'GZIP',
    'x-gzip',
    '*',
    'gzip, deflate, br',
    'deflate,gzip;q=0.5',
    'br;q=1.0, gzip ; q=0.001',
    'gzip, identity',
    'identity;q=0.2, gzip;q=0.2',
    '*;q=0.1',
    'identity;q=0, *;q=0.5',
    'nonsense;;, gzip',
  ];
  for (const header of taken) assert.equal(prefersGzip(header), true, header);
});

test('as it is for everybody else', () => {
  const refused = [
    undefined,
    '',
    'identity',
    'br',
    'gzip;q=0',
    'gzip;q=0.000',
    '*, gzip;q=0',
    '*;q=0',
    'gzip;q=0.1, identity',
    'gzip;q=0.1, identity;q=0.5',
    'gzip;q=2',
    'gzip;q=x',
    'gzip;level=9',
    'notgzip',
    'gzip foo',
  ];
  for (const header of refused) assert.equal(prefersGzip(header), false, String(header));
});

test('any header is read, and gzip with a weight above all others is always taken', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      prefersGzip(text);
      const others = text.replaceAll(/gzip|identity|\*/gi, '');
      assert.equal(prefersGzip(`gzip,${others}`), true);
      assert.equal(prefersGzip(`gzip;q=0,${others}`), false);
    }),
  );
});
