import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Malformed } from '../../src/merkle/malformed.ts';
import { formatProofFile, parseProofFile } from '../../src/merkle/proof-file.ts';
import { formatExtra, readExtra } from '../../src/verify/evidence.ts';
import { verifyProofFile } from '../../src/verify/proof-file.ts';
import { v3Event } from '../../src/wire/v3.ts';
import { proofFileOf, storedEvent } from './evidence-folder.ts';
import { testEvents, testSigner } from './log-folder.ts';

const signer = testSigner();
const events = testEvents(70);
const text = await proofFileOf(events, 41, signer);
const trust = { keys: [signer.key] };

function sentences(file: string, event?: string): string[] {
  const checks = event === undefined ? trust : { ...trust, event };
  return verifyProofFile(file, checks).findings.map(({ what }) => what);
}

function withExtra(change: (extra: Record<string, unknown>) => object): string {
  const proof = parseProofFile(text);
  const extra = JSON.parse(Buffer.from(proof.extra ?? []).toString());
  return formatProofFile({ ...proof, extra: Buffer.from(JSON.stringify(change(extra))) });
}

test('a proof shows its event', () => {
  const report = verifyProofFile(text, trust);
  assert.deepEqual([report.findings, report.index], [[], 41]);
  assert.deepEqual(report.event, {
    leaf: events[41]?.leaf,
    data: events[41]?.data,
    particulars: events[41]?.particulars,
  });
  assert.equal(report.note.checkpoint?.size, 70);
});

test('an event beside the proof must be the one that is proved', () => {
  const [same, other] = [41, 42].map((index) => {
    const event = events[index];
    assert.ok(event !== undefined);
    return v3Event(storedEvent(event, index), 'https://api.example.org');
  });
  assert.deepEqual(sentences(text, same), []);
  assert.match(sentences(text, other)[0] ?? '', /^The event that was given differs .*: guid, created_at/);
  assert.match(sentences(text, 'no')[0] ?? '', /^The event that was given is not JSON/);
});

test('an event that is not the proved one, or shows other parts, is not shown', () => {
  const cases: [string, RegExp][] = [
    [
      withExtra((extra) => ({ ...extra, entry: events[40]?.entry })),
      /^The event is not proved to be leaf 41 of the 70/,
    ],
    [withExtra((extra) => ({ ...extra, data: '{}' })), /^Of the event that is proved, its data is not what/],
    [
      withExtra(({ entry }) => ({ entry })),
      /^The event cannot be read: the extra data of the proof has no member data/,
    ],
    [formatProofFile({ ...parseProofFile(text), extra: null }), /^The file holds no event/],
    [formatProofFile({ ...parseProofFile(text), extra: Buffer.from([0xff]) }), /is not UTF-8/],
    [formatProofFile({ ...parseProofFile(text), index: 40 }), /is not proved to be leaf 40/],
  ];
  for (const [file, expected] of cases) {
    assert.match(sentences(file)[0] ?? '', expected);
    assert.equal(verifyProofFile(file, trust).event, null);
  }
});

test('erased parts stay unknown, and the proof holds', () => {
  const erased = withExtra((extra) => ({ ...extra, particulars: null, particulars_salt: null }));
  assert.deepEqual(sentences(erased), []);
  assert.equal(verifyProofFile(erased, trust).event?.particulars, null);
});

test('what is no proof is malformed', () => {
  assert.throws(() => verifyProofFile('hello'), Malformed);
});

test('whatever byte of the file is flipped, it is refused', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: Buffer.byteLength(text) - 1 }),
      fc.integer({ min: 1, max: 127 }),
      (at, bits) => {
        const bytes = Buffer.from(text);
        bytes[at] = (bytes[at] ?? 0) ^ bits;
        try {
          assert.ok(verifyProofFile(bytes.toString('utf8'), trust).findings.length > 0);
        } catch (error) {
          assert.ok(error instanceof Malformed, String(error));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('extra data comes back as it was written', () => {
  const part = fc.option(fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0')));
  fc.assert(
    fc.property(
      fc.record(
        { entry: fc.string(), data: part, dataSalt: part, particulars: part, particularsSalt: part },
        { noNullPrototype: true },
      ),
      (it) => {
        fc.pre(!it.entry.includes('\0'));
        assert.deepEqual(readExtra(formatExtra(it)), it);
      },
    ),
  );
});
