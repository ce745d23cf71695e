import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, checkDisclosure, checkLeaf } from './leaf.ts';
import { entryOf } from './writer.ts';

const right = entryOf(7).toString();

/** The right entry with one piece of text changed. */
function changed(from: string | RegExp, to: string): Buffer {
  const text = right.replace(from, to);
  assert.notEqual(text, right, `${from} is in the entry`);
  return Buffer.from(text);
}

test('the examples of RFC 8785 come out as printed there', () => {
  const values =
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
    '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}';
  assert.equal(
    canonicalJson(JSON.parse(values)),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const names = '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}';
  assert.equal(canonicalJson(JSON.parse(names)), '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
});

test('canonical text is a fixed point and means the same', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const parsed: unknown = JSON.parse(JSON.stringify(value));
      const text = canonicalJson(parsed);
      assert.deepEqual(JSON.parse(text), parsed);
      assert.equal(canonicalJson(JSON.parse(text)), text);
    }),
  );
});

test('an entry that is right is taken', () => {
  for (let i = 0; i < 40; i += 1) checkLeaf(entryOf(i));
});

test('an entry that is not canonical is refused', () => {
  for (const entry of [
    changed('"v":1', '"v": 1'),
    changed('"v":1', '"v":1.0'),
    changed('"v":1', '"v":1,"v":1'),
    changed('é', '\\u00e9'),
    changed('success', '\\u0073uccess'),
    changed(/^/, ' '),
    changed(/$/, '\n'),
    changed(/^\{("actor":.*?\}),("data":.*?),/, '{$2,$1,'),
    changed('{"guid":"t-7","type":"app"}', '{"type":"app","guid":"t-7"}'),
  ]) {
    assert.throws(() => checkLeaf(entry), /not canonical/, entry.toString());
  }
});

test('an entry whose members are not right is refused with the member’s name', () => {
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [changed('"v":1', '"v":2'), /entry's v is wrong/],
    [changed('"v":1', '"v":"1"'), /entry's v is wrong/],
    [changed(',"v":1', ''), /no member v/],
    [changed('"v":1', '"v":1,"w":1'), /a member of its own: w/],
    [changed('"type":"audit.app.update"', '"type":""'), /entry's type is wrong/],
    [changed('"outcome":"success"', '"outcome":"Success"'), /entry's outcome is wrong/],
    [changed(/"occurred_at":\d+/, '"occurred_at":1.5'), /entry's occurred_at is wrong/],
    [changed(/"recorded_at":\d+/, '"recorded_at":9007199254740993'), /entry's recorded_at is wrong/],
    [changed('"origin":""', '"origin":null'), /entry's origin is wrong/],
    [changed('"type":"app"', '"name":"app"'), /entry's target is wrong/],
    [changed('"type":"app"', '"type":"app","z":""'), /entry's target is wrong/],
    [changed(/"actor":\{[^}]*\}/, '"actor":["guid","type"]'), /entry's actor is wrong/],
    [changed(/"data":"./, '"data":"F'), /entry's data is wrong/],
    [changed(/"particulars":"./, '"particulars":"'), /entry's particulars is wrong/],
    [Buffer.from('[]'), /no member actor/],
    [Buffer.from('null'), /no member actor/],
  ];
  for (const [entry, reason] of cases) assert.throws(() => checkLeaf(entry), reason, entry.toString());
});

test('bytes that are no JSON or no UTF-8 are refused', () => {
  const bytes = Buffer.from(right);
  assert.throws(() => checkLeaf(bytes.subarray(0, -1)), SyntaxError);
  assert.throws(() => checkLeaf(Buffer.alloc(0)), SyntaxError);
  assert.throws(() => checkLeaf(Buffer.concat([Buffer.from('efbbbf', 'hex'), bytes])), SyntaxError);
  assert.throws(() => checkLeaf(Buffer.from(right, 'latin1')), TypeError);
  assert.throws(() => checkLeaf(changed('é', '\\ud800')), /surrogate/);
});

test('any byte of an entry changed is refused or another entry, never the same one', () => {
  const bytes = Buffer.from(right);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(at) ^ mask, at);
      try {
        checkLeaf(other);
      } catch {
        return;
      }
      assert.notDeepEqual(JSON.parse(other.toString()), JSON.parse(right));
    }),
  );
});

test('a commitment opens with its own salt and text and with nothing else', () => {
  const salt = '5a'.repeat(32);
  const text = '{"name":"Zoë"}';
  const commitment = createHash('sha256').update(Buffer.concat([Buffer.alloc(32, 0x5a), Buffer.from(text)]));
  const leaf = changed(/"data":"[^"]*"/, `"data":"${commitment.digest('hex')}"`);
  checkDisclosure(leaf, salt, text, 'data');
  const not = /disclosed (data|particulars) is not what the entry committed to/;
  assert.throws(() => checkDisclosure(leaf, salt, text, 'particulars'), not);
  assert.throws(() => checkDisclosure(leaf, salt, `${text} `, 'data'), not);
  assert.throws(() => checkDisclosure(leaf, '5b'.repeat(32), text, 'data'), not);
  assert.throws(() => checkDisclosure(leaf, salt.slice(2), text, 'data'), /a salt is 64/);
  assert.throws(() => checkDisclosure(leaf, salt.toUpperCase(), text, 'data'), /a salt is 64/);
  assert.throws(() => checkDisclosure(leaf, salt, '\ud800', 'data'), /surrogate/);
  assert.throws(() => checkDisclosure(changed('"v":1', '"v": 1'), salt, text, 'data'), /not canonical/);
});
