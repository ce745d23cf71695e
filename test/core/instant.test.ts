import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { civilInstant, isInstant, microsText, parseInstant, secondsText } from '../../src/core/instant.ts';

const first = Date.UTC(1685, 0, 1) * 1000;
const last = Date.UTC(2255, 0, 1) * 1000 - 1;
const instants = fc.integer({ min: first, max: last });

test('an instant survives its text with all its digits', () => {
  fc.assert(
    fc.property(instants, (instant) => {
      assert.deepEqual(parseInstant(microsText(instant)), { instant, precision: 'fraction' });
    }),
  );
});

test('whole seconds cut the fraction, before 1970 too', () => {
  fc.assert(
    fc.property(instants, (instant) => {
      const parsed = parseInstant(secondsText(instant));
      assert.equal(parsed?.precision, 'second');
      assert.equal(parsed?.instant, Math.floor(instant / 1_000_000) * 1_000_000);
    }),
  );
  assert.equal(secondsText(-1), '1969-12-31T23:59:59Z');
  assert.equal(microsText(-1), '1969-12-31T23:59:59.999999Z');
});

test('whole milliseconds read as the machine reads them', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(first / 1000), max: new Date('2254-12-31'), noInvalidDate: true }),
      (date) => {
        assert.equal(parseInstant(date.toISOString())?.instant, date.getTime() * 1000);
      },
    ),
  );
});

test('offsets, letter case and long fractions', () => {
  const at = (text: string) => parseInstant(text)?.instant;
  assert.equal(at('2026-11-22T07:43:26+02:00'), at('2026-11-22T05:43:26Z'));
  assert.equal(at('2026-11-21T23:43:26-05:30'), at('2026-11-22T05:13:26Z'));
  assert.equal(at('2026-11-22t07:43:26.5z'), at('2026-11-22T07:43:26.500Z'));
  assert.equal(at('2026-11-22T07:43:26.123456999Z'), at('2026-11-22T07:43:26.123456Z'));
});

test('what is no date-time of RFC 3339, or does not exist, is null', () => {
  for (const text of [
    '',
    '2026-11-22',
    '2026-11-22 07:43:26Z',
    '2026-11-22T07:43:26',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T07:60:00Z',
    '2026-11-22T07:43:60Z',
    '2026-11-22T07:43:26.Z',
    '2026-11-22T07:43:26+24:00',
    '2026-11-22T07:43:26+0100',
    '1684-12-31T23:59:59Z',
    '2255-01-01T00:00:00Z',
    ' 2026-11-22T07:43:26Z',
  ]) {
    assert.equal(parseInstant(text), null, text);
  }
  assert.notEqual(parseInstant('2024-02-29T23:59:59Z'), null);
  assert.equal(civilInstant(1900, 2, 29, 0, 0, 0), null);
});

test('the years that are held are whole ones', () => {
  assert.ok(isInstant(first) && isInstant(last));
  assert.ok(!isInstant(first - 1) && !isInstant(last + 1) && !isInstant(0.5) && !isInstant(Number.NaN));
  assert.equal(microsText(last), '2254-12-31T23:59:59.999999Z');
});
