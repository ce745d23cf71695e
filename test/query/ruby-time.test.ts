import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { microsText, parseInstant, secondsText } from '../../src/core/instant.ts';
import { parseRubyTime } from '../../src/query/ruby-time.ts';

const now = parseInstant('2026-11-22T07:43:26Z')?.instant ?? 0;

function read(text: string): string | null {
  const instant = parseRubyTime(text, now);
  return instant === null ? null : microsText(instant).replace('.000000', '');
}

const accepted: Record<string, string> = {
  '2018-02-01T10:00:01Z': '2018-02-01T10:00:01Z',
  '2018-02-01T12:00:01+02:00': '2018-02-01T10:00:01Z',
  '2018-02-01T05:00:01-05:00': '2018-02-01T10:00:01Z',
  '2018-02-01T05:00:01-0500': '2018-02-01T10:00:01Z',
  '2018-02-01T05:00:01-05': '2018-02-01T10:00:01Z',
  '2018-02-01T10:00:01.7Z': '2018-02-01T10:00:01.700000Z',
  '2018-02-01T10:00:01.1234567Z': '2018-02-01T10:00:01.123456Z',
  '2018-02-01 10:00:01': '2018-02-01T10:00:01Z',
  '2018-02-01 06:00:01-04:00': '2018-02-01T10:00:01Z',
  '2018-02-01 06:00:01 -0400': '2018-02-01T10:00:01Z',
  '2018-02-01 10:00': '2018-02-01T10:00:00Z',
  '2018-02-01': '2018-02-01T00:00:00Z',
  '2018/2/1': '2018-02-01T00:00:00Z',
  '20180201': '2018-02-01T00:00:00Z',
  '20180201T100001Z': '2018-02-01T10:00:01Z',
  '20180201T100001.5+0200': '2018-02-01T08:00:01.500000Z',
  '20180201T1000': '2018-02-01T10:00:00Z',
  '20180201100001': '2018-02-01T10:00:01Z',
  'Feb 1 2018': '2018-02-01T00:00:00Z',
  'February 1st, 2018 10:00:01': '2018-02-01T10:00:01Z',
  '1 Feb 2018': '2018-02-01T00:00:00Z',
  '01-Feb-2018': '2018-02-01T00:00:00Z',
  'Feb 1': '2026-02-01T00:00:00Z',
  'Thu, 01 Feb 2018 10:00:01 GMT': '2018-02-01T10:00:01Z',
  'Thu Feb  1 10:00:01 UTC 2018': '2018-02-01T10:00:01Z',
  'Feb 1 2018 05:00:01 EST': '2018-02-01T10:00:01Z',
  'Feb 1 2018 06:00:01 edt': '2018-02-01T10:00:01Z',
  '10:00': '2026-11-22T10:00:00Z',
  '10:00:01+02:00': '2026-11-22T08:00:01Z',
  '2018-02-30T00:00:00Z': '2018-03-02T00:00:00Z',
  '2018-04-31': '2018-05-01T00:00:00Z',
  '2018-02-01T24:00:00Z': '2018-02-02T00:00:00Z',
  '2018-02-01T10:00:60Z': '2018-02-01T10:01:00Z',
  // The plus of an offset that was not encoded arrived as a blank.
  '2018-02-01T12:00:01 02:00': '2018-02-01T12:00:01Z',
};
for (const [text, instant] of Object.entries(accepted)) {
  test(`reads ${text}`, () => assert.equal(read(text), instant));
}

const refused = [
  ...['', ' ', 'text', 'now', 'yesterday', 'wed', '1517479200', '1517479200000', '2018', '2018-02', '12'],
  ...['2018-13-01', '2018-02-32', '2018-02-00', '2018-00-01T00:00:00Z', '20181301', '201802011000'],
  ...['2018-02-01T25:00:00Z', '2018-02-01T24:00:01Z', '2018-02-01T10:60:00Z', '2018-02-01T10:00:61Z'],
  ...[
    '2018-02-01T10:00:01+25:00',
    '2018-02-01T10:00:01 Mars',
    '2018-02-01 or so',
    '0000-01-01',
    '9999-01-01',
  ],
  ...['Feb 32 2018', 'Feb', `2018-02-01${' '.repeat(100)}`],
];
for (const text of refused) {
  test(`refuses ${JSON.stringify(text)}`, () => assert.equal(read(text), null));
}

const instants = fc.integer({ min: 0, max: 4_000_000_000_000_000 });

test('every instant is read back from its own text, in extended and in basic form', () => {
  fc.assert(
    fc.property(instants, (instant) => {
      assert.equal(parseRubyTime(microsText(instant), now), instant);
      const basic = secondsText(instant).replaceAll(/[-:]/g, '');
      assert.equal(parseRubyTime(basic, now), instant - (instant % 1_000_000));
    }),
  );
});

test('no text whatever makes it throw', () => {
  const piece = fc.constantFrom('2018', '-', '02', '/', ':', 'T', 'Z', '+', ' ', 'Feb', 'thu', '.', ',', '9');
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: piece })), (text) => {
      const instant = parseRubyTime(text, now);
      assert(instant === null || Number.isSafeInteger(instant));
    }),
  );
});
