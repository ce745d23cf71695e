// Lines of an import that cannot be kept as they came: each is refused with its number and a reason, and all others
// are kept. What is kept comes out as it went in.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import { startServer, type TestServer } from '../harness.ts';
import { guidOf, importBody, ndjson, type Receipt, series, told, v2Resource, v3Resource } from './told.ts';

const fresh = series(1);

/** The text of a resource, with one piece of it replaced. */
function line(from: string, to: string, event = fresh()): string {
  const text = JSON.stringify(v2Resource(event));
  assert.ok(text.includes(from), from);
  return text.replace(from, to);
}

const instances = '"instances":';
const hidden: Readonly<Record<string, readonly [line: () => string, reason: RegExp]>> = {
  'a member that stands twice': [
    () => line(instances, '"instances":1,"instances":'),
    /"instances" stands twice/,
  ],
  'a member that stands twice, once escaped': [
    () => line(instances, '"inst\\u0061nces":1,"instances":'),
    /"instances" stands twice/,
  ],
  'an event with two guids': [() => line('"guid":', `"guid":"${guidOf(1)}","guid":`), /"guid" stands twice/],
  'a NUL in the data': [() => line(instances, '"a\\u0000b":1,"instances":'), /NUL/],
  'a NUL in a name': [() => line('"app-', '"\\u0000app-'), /NUL/],
  'half a surrogate pair': [() => line('"app-', '"\\ud800app-'), /surrogate/],
  'two halves in the wrong order': [() => line('"app-', '"\\udc00\\ud800app-'), /surrogate/],
  'a control character': [() => line('"app-', '"\tapp-'), /control character/],
  'a guid that is none': [() => line('"guid":"0', '"guid":"x'), /metadata\.guid must be a UUID/],
  'no guid': [() => line('"guid":', '"no-guid":'), /metadata\.guid is missing/],
  'no time': [() => line('"timestamp":', '"when":'), /entity\.timestamp is missing/],
  'a day that does not exist': [
    () => line('"timestamp":"2018-02-05', '"timestamp":"2018-02-30'),
    /entity\.timestamp must be a time like/,
  ],
  'no type': [() => line('"type":"audit.app.update"', '"type":""'), /entity\.type is empty/],
  'a type that is too long': [() => line('"audit.app', `"${'a'.repeat(256)}`), /255 characters/],
  'a name that is too long': [() => line('"app-', `"${'ü'.repeat(256)}`), /255 characters/],
  'data that is no object': [
    () => line('"metadata":{"request"', '"metadata":[],"meta":{"request"'),
    /entity\.metadata must be an object but is an array/,
  ],
  'JSON that is nested too deep': [
    () => line(instances, `"deep":${'['.repeat(70)}${']'.repeat(70)},"instances":`),
    /nested deeper than/,
  ],
  'broken JSON': [() => line('}', ''), /at character/],
  'a line that ends too early': [() => JSON.stringify(v2Resource(fresh())).slice(0, 100), /ends/],
  'two events in one line': [() => JSON.stringify(v2Resource(fresh())).repeat(2), /something follows/],
  'no object at all': [() => '"audit.app.update"', /not an event/],
  'an error answer': [() => '{"description":"Unknown request","error_code":"CF-NotFound"}', /not an event/],
  'a line longer than an event may be': [
    () => line('"app-', `"${'x'.repeat(limits.importLineBytesMax)}`),
    /longer than/,
  ],
};

describe('lines that are refused', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  const isKept = async (guid: string): Promise<boolean> =>
    (await server.call('GET', `/v3/audit_events/${guid}`)).status === 200;

  /** Imports a refused line between two that are kept. */
  async function between(body: (left: string, right: string) => string | Uint8Array): Promise<Receipt> {
    const [left, right] = [fresh(), fresh()];
    const lines = body(JSON.stringify(v2Resource(left)), JSON.stringify(v3Resource(right)));
    const reply = await fetch(`${server.url}/api/import`, {
      method: 'POST',
      headers: { authorization: `bearer ${server.adminToken}` },
      body: Buffer.from(lines),
    });
    const text = await reply.text();
    assert.equal(reply.status, 200, text);
    assert.ok((await isKept(left.guid)) && (await isKept(right.guid)), text);
    return JSON.parse(text);
  }

  for (const [name, [wrong, reason]] of Object.entries(hidden)) {
    it(`${name}`, async () => {
      const receipt = await between((left, right) => `${left}\n\n${wrong()}\n${right}`);
      assert.deepEqual([receipt.new, receipt.known, receipt.refused], [2, 0, 1]);
      const [refusal, ...more] = receipt.refusals;
      assert.deepEqual(more, []);
      assert.equal(refusal?.line, 3);
      assert.match(refusal.reason, reason);
      assert.ok(refusal.reason.length < 500, 'a reason is a sentence, not the line once more');
    });
  }

  it('a line many times longer than an event may be', async () => {
    const wrong = line('"app-', `"${'x'.repeat(6 * limits.importLineBytesMax)}`);
    const receipt = await between((left, right) => `${left}\n${wrong}\n${right}`);
    assert.deepEqual([receipt.new, receipt.refused, receipt.refusals[0]?.line], [2, 1, 2]);
    assert.match(receipt.refusals[0]?.reason ?? '', /longer than/);
  });

  it('bytes that are no UTF-8 are not replaced by others', async () => {
    for (const bytes of [[0xff], [0xed, 0xa0, 0x80], [0xc3]]) {
      const wrong = Buffer.from(line('"app-', '"@app-'));
      const at = wrong.indexOf('@');
      const receipt = await between((left, right) =>
        Buffer.concat([
          Buffer.from(`${left}\n`),
          wrong.subarray(0, at),
          Buffer.from(bytes),
          wrong.subarray(at + 1),
          Buffer.from(`\n${right}\n`),
        ]),
      );
      assert.deepEqual([receipt.new, receipt.refused, receipt.refusals[0]?.line], [2, 1, 2]);
      assert.match(receipt.refusals[0]?.reason ?? '', /UTF-8/);
    }
  });

  it('numbers are right beyond the batches in which lines are taken', async () => {
    const wrong = new Set([1, limits.importBatchLines, limits.importBatchLines + 1, 2_345]);
    const lines = Array.from({ length: 2_500 }, (_, index) =>
      wrong.has(index + 1) ? '{}' : JSON.stringify(v2Resource(told(100_000 + index))),
    );
    const receipt = await importBody(server, lines.join('\n'));
    assert.deepEqual([receipt.new, receipt.known, receipt.refused], [2_496, 0, 4]);
    assert.deepEqual(
      receipt.refusals.map((refusal) => refusal.line),
      [...wrong],
    );
    const again = await importBody(server, lines.join('\n'));
    assert.deepEqual([again.new, again.known, again.refused], [0, 2_496, 4]);
  });

  it('whatever JSON the data of an event is, it comes out as it went in', async () => {
    let number = 200_000;
    // No letters that could spell the name of a secret, which would be hidden.
    const unit = fc.constantFrom('a', 'ü', '0', '.', ' ', '𝔸', '"', '\\', '\n', '漢', '\u0001', '/');
    const dataOf = fc.dictionary(
      fc.string({ unit, maxLength: 8 }),
      fc.jsonValue({ maxDepth: 4, stringUnit: unit }),
      { maxKeys: 6, noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(dataOf, { minLength: 1, maxLength: 5 }), async (all) => {
        const events = all.map((data) => {
          number += 1;
          // As JSON has it: -0 is sent as 0.
          return told(number, { data: { 'x-data': JSON.parse(JSON.stringify(data)) } });
        });
        const receipt = await importBody(server, ndjson(events.map(v2Resource)));
        const kept = events.filter((_, index) => !receipt.refusals.some(({ line: at }) => at === index + 1));
        assert.equal(receipt.new, kept.length);
        for (const { reason } of receipt.refusals) assert.match(reason, /NUL|surrogate/);
        for (const event of kept) {
          const { json } = await server.call('GET', `/v3/audit_events/${event.guid}`);
          assert.deepEqual(json, v3Resource(event, server.url));
        }
      }),
      { numRuns: 60 },
    );
  });
});
