import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { formatCheckpoint } from '../../src/merkle/checkpoint.ts';
import { ed25519Cosigner } from '../../src/merkle/cosignature.ts';
import { base64 } from '../../src/merkle/field.ts';
import { leafHash } from '../../src/merkle/hash.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import { ed25519Signer, formatNote, formatVerifierKey } from '../../src/merkle/note.ts';
import { inclusionProof } from '../../src/merkle/proof.ts';
import { formatProofFile, parseProofFile } from '../../src/merkle/proof-file.ts';
import { ed25519Key } from './keys.ts';
import { ReferenceTree } from './reference.ts';
import { monkeys } from './vectors.ts';

const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const proofs = fc
  .tuple(fc.option(fc.uint8Array({ maxLength: 300 })), fc.nat(7), fc.array(hashes, { maxLength: 63 }))
  .map(([extra, index, proof]) => ({ extra, index, hashes: proof, checkpoint: monkeys.to }));
const zero = base64(new Uint8Array(32));

test('a proof is written as the specification shows it', () => {
  const extra = Buffer.from('age-v1.2.1');
  const hash = new Uint8Array(32);
  assert.equal(
    formatProofFile({ extra, index: 5, hashes: [hash, hash], checkpoint: monkeys.to }),
    `c2sp.org/tlog-proof@v1\nextra YWdlLXYxLjIuMQ==\nindex 5\n${zero}\n${zero}\n\n${monkeys.to}`,
  );
  assert.equal(
    formatProofFile({ extra: null, index: 0, hashes: [], checkpoint: monkeys.to }),
    `c2sp.org/tlog-proof@v1\nindex 0\n\n${monkeys.to}`,
  );
});

test('a proof is read as it was written', () => {
  fc.assert(
    fc.property(proofs, (proof) => {
      assert.deepEqual(parseProofFile(formatProofFile(proof)), proof);
    }),
  );
});

test('whatever is read as a proof would be written the same', () => {
  const written = `c2sp.org/tlog-proof@v1\nextra AAAA\nindex 5\n${zero}\n\n${monkeys.to}`;
  const pieces = fc.constantFrom(
    '',
    '\n',
    '0',
    ' ',
    '=',
    'extra AA==\n',
    'index 1\n',
    `${zero}\n`,
    '\r',
    'é',
  );
  fc.assert(
    fc.property(fc.nat(written.length), fc.nat(3), pieces, (at, cut, piece) => {
      const text = `${written.slice(0, at)}${piece}${written.slice(at + cut)}`;
      try {
        assert.equal(formatProofFile(parseProofFile(text)), text);
      } catch (error) {
        assert.ok(error instanceof Malformed, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what is no proof is refused, with a reason', () => {
  const head = 'c2sp.org/tlog-proof@v1';
  for (const [text, reason] of [
    ['', /no empty line before its checkpoint/],
    [`${head}\nindex 0\n${monkeys.to}`, /hash 1 of the proof is "monkeys"/],
    [`c2sp.org/tlog-proof@v2\nindex 0\n\n${monkeys.to}`, /the first line is "c2sp\.org\/tlog-proof@v2", not/],
    [`\n\n${monkeys.to}`, /the first line is ""/],
    [`${head}\n\n${monkeys.to}`, /the line before the hashes is "", not "index <number>"/],
    [`${head}\nextra AAAA\n\n${monkeys.to}`, /is "", not "index/],
    [`${head}\nextra !!\nindex 0\n\n${monkeys.to}`, /the extra data is "!!", not standard base64/],
    [`${head}\nextra\nindex 0\n\n${monkeys.to}`, /is "extra", not "index/],
    [`${head}\nextra AAAA\nextra AAAA\nindex 0\n\n${monkeys.to}`, /is "extra AAAA", not "index/],
    [`${head}\nindex 0\nextra AAAA\n\n${monkeys.to}`, /hash 1 of the proof is "extra AAAA"/],
    [`${head}\nindex 00\n\n${monkeys.to}`, /the index is "00"/],
    [`${head}\nindex -5\n\n${monkeys.to}`, /the index is "-5"/],
    [`${head}\nindex 8\n\n${monkeys.to}`, /the index is 8, beyond the checkpoint's tree of 8/],
    [`${head}\nindex 0\nAAAA\n\n${monkeys.to}`, /hash 1 of the proof is of 3 bytes, not 32/],
    [`${head}\nindex 0\n${`${zero}\n`.repeat(64)}\n${monkeys.to}`, /more than 63/],
    [`${head}\nindex 0\n${`${zero}\n`.repeat(9_000)}\n${monkeys.to}`, /more than 63/],
    [`${head}\nindex 0\n\n\n${monkeys.to}`, /the origin, .*, is empty/],
    [`${head}\nindex 0\n\nno checkpoint\n`, /no empty line between its text and its signatures/],
    [`${head}\nindex 0\n\n${monkeys.to}more\n`, /the signature line "more" is not/],
    ['x'.repeat(8_388_609), /longer than 8388608 characters/],
  ] as const) {
    assert.throws(
      () => parseProofFile(text),
      (error) => error instanceof Malformed && reason.test(error.message),
      text.slice(0, 300),
    );
  }
});

/** The function that the README shows, out of the README. */
async function documented(): Promise<(file: string, entry: Uint8Array, trusted: string) => boolean> {
  const folder = join(import.meta.dirname, '../../src/merkle');
  const [, code = ''] = /```ts\n(.*?)```/s.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? [];
  const temporary = mkdtempSync(join(tmpdir(), 'merkle-'));
  try {
    const file = join(temporary, 'example.ts');
    writeFileSync(file, code.replaceAll("'./", `'${pathToFileURL(folder)}/`));
    const { isLogged } = await import(pathToFileURL(file).href);
    return isLogged;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

test('the example of the README tells a logged entry from others, under a policy', async () => {
  const isLogged = await documented();
  const entries = ['a', 'b', 'c', 'd', 'e'].map((entry) => Buffer.from(entry));
  const tree = new ReferenceTree(entries);
  const log = ed25519Signer('log.example/1', ed25519Key(1));
  const witness = ed25519Cosigner('witness.example/1', ed25519Key(2));
  const text = formatCheckpoint({ origin: log.key.name, size: 5, root: tree.mth(0, 5), extensions: [] });
  const proven = async (index: number, isCosigned: boolean): Promise<string> =>
    formatProofFile({
      extra: null,
      index,
      hashes: await inclusionProof(index, 5, async (nodes) => nodes.map((node) => tree.node(node))),
      checkpoint: formatNote({
        text,
        signatures: isCosigned ? [log.sign(text), witness.cosign(text, 1_700_000_000)] : [log.sign(text)],
      }),
    });
  const policy = `log ${formatVerifierKey(log.key)}\nwitness w ${formatVerifierKey(witness.key)}\nquorum w\n`;
  for (const [index, entry] of entries.entries()) {
    assert.equal(isLogged(await proven(index, true), entry, policy), true);
    assert.equal(isLogged(await proven(index, true), Buffer.from('f'), policy), false);
    assert.equal(isLogged(await proven((index + 1) % 5, true), entry, policy), false);
    assert.equal(isLogged(await proven(index, false), entry, policy), false);
  }
  assert.deepEqual(leafHash(Buffer.from('a')), tree.mth(0, 1));
});
