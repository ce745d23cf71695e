// Proofs from the tiles that a real store keeps, checked by what an assessor runs.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { checkpointIn, consistencyOf, coverOf, headsOf, nodesOf, proofOf } from '../../src/log/prove.ts';
import { rootOf } from '../../src/log/seal.ts';
import { leafHash } from '../../src/merkle/hash.ts';
import { inclusionProof, verifyConsistency, verifyInclusion } from '../../src/merkle/proof.ts';
import { formatProofFile, parseProofFile } from '../../src/merkle/proof-file.ts';
import { startServer, type TestServer } from '../harness.ts';
import { fill } from './filling.ts';

describe('proofs', () => {
  let server: TestServer;
  let entries: readonly string[];
  let note: string;
  before(async () => {
    server = await startServer();
    await fill(server, 600);
    const { store, log } = server.running.services;
    note = (await log.sealer.now()) ?? '';
    const { size } = checkpointIn(note);
    entries = (await store.entries(1, 0, size)).map(String);
    assert.ok(size > 600);
  });
  after(() => server.stop());

  const hashAt = (index: number) => leafHash(Buffer.from(entries[index] ?? ''));

  it('prove every leaf against the checkpoint', async () => {
    const { size, root } = checkpointIn(note);
    const index = fc.oneof(fc.constantFrom(0, 255, 256, 511, 512, size - 1), fc.nat(size - 1));
    await fc.assert(
      fc.asyncProperty(index, async (at) => {
        const proof = await proofOf(server.running.services.store, { epoch: 1, index: at }, note);
        assert.deepEqual([proof.index, proof.checkpoint, proof.extra], [at, note, null]);
        assert.ok(verifyInclusion(hashAt(at), at, size, proof.hashes, root));
        assert.ok(!verifyInclusion(hashAt((at + 1) % size), at, size, proof.hashes, root));
        assert.deepEqual(parseProofFile(formatProofFile(proof)).hashes.length, proof.hashes.length);
      }),
      { numRuns: 40 },
    );
  });

  it('prove leaves in the trees of older checkpoints, many from the same tiles', async () => {
    const { store } = server.running.services;
    const size = 300;
    const root = await rootOf(store, 1, size);
    const nodes = nodesOf(store, 1, size);
    for (const index of [0, 1, 255, 256, 298, 299]) {
      assert.ok(verifyInclusion(hashAt(index), index, size, await inclusionProof(index, size, nodes), root));
    }
  });

  it('prove that one state of the log begins another', async () => {
    const { store } = server.running.services;
    const size = checkpointIn(note).size;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: size }),
        fc.integer({ min: 1, max: size }),
        async (one, other) => {
          const [from, to] = one < other ? [one, other] : [other, one];
          const proof = await consistencyOf(store, 1, from, to);
          const [before, now] = await Promise.all([rootOf(store, 1, from), rootOf(store, 1, to)]);
          assert.ok(verifyConsistency(from, before, to, now, proof));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are made against the published checkpoint of an epoch, where that covers the leaf', async () => {
    const heads = await headsOf(server.running.services.log);
    const { origin, size } = checkpointIn(heads.at(-1)?.note ?? '');
    assert.deepEqual(
      heads.map((head) => [head.epoch, head.origin, head.size]),
      [[1, origin, size]],
    );
    assert.equal(coverOf(heads, { epoch: 1, index: size - 1 }), heads[0]);
    assert.equal(coverOf(heads, { epoch: 1, index: size }), undefined);
    assert.equal(coverOf(heads, { epoch: 2, index: 0 }), undefined);
  });
});
