import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Hash, hashBytes } from '../../src/merkle/hash.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import { inclusionProof, treeRoot, verifyInclusion } from '../../src/merkle/proof.ts';
import {
  decodeBundle,
  encodeBundle,
  entriesPath,
  nodesFrom,
  parseResource,
  type Tile,
  tileIn,
  tilePath,
  tilesOf,
  tileWidth,
} from '../../src/merkle/tile.ts';
import { CompactRange, type Node } from '../../src/merkle/tree.ts';
import { ReferenceTree, referenceLeaf, referenceNode, SparseTree } from './reference.ts';

const indexes = fc.oneof(fc.nat(3_000), fc.maxSafeNat());
const widths = fc.integer({ min: 1, max: tileWidth });
const levels = fc.integer({ min: 0, max: 63 });

/** The bytes of a tile of a tree whose nodes are known. */
function tileBytes(tile: Tile, tree: { node(node: Node): Hash }): Uint8Array {
  const hashes = Array.from({ length: tile.width }, (_, at) =>
    tree.node({ level: tile.level * 8, index: tile.index * tileWidth + at }),
  );
  return new Uint8Array(Buffer.concat(hashes));
}

test('paths are those of the tlog-tiles specification', () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067');
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 5 }), 'tile/0/x001/x234/067.p/5');
  assert.equal(tilePath({ level: 3, index: 0, width: 256 }), 'tile/3/000');
  assert.equal(tilePath({ level: 63, index: 999, width: 255 }), 'tile/63/999.p/255');
  assert.equal(tilePath({ level: 1, index: 1_000, width: 1 }), 'tile/1/x001/000.p/1');
  assert.equal(entriesPath(1_234_067, 256), 'tile/entries/x001/x234/067');
  assert.equal(entriesPath(0, 1), 'tile/entries/000.p/1');
});

test('what a path names is read back from it', () => {
  fc.assert(
    fc.property(levels, indexes, widths, (level, index, width) => {
      const tile = { level, index, width };
      assert.deepEqual(parseResource(tilePath(tile)), { kind: 'tile', tile });
      assert.deepEqual(parseResource(entriesPath(index, width)), { kind: 'entries', index, width });
    }),
  );
});

test('only what would be written is read', () => {
  const pieces = fc.constantFrom(
    'tile',
    '/',
    '0',
    '7',
    'x',
    '000',
    'x001',
    '.p',
    '256',
    'entries',
    '-',
    ' ',
    '%2e',
  );
  const near = fc.array(pieces, { maxLength: 10 }).map((parts) => `tile/${parts.join('')}`);
  const mutated = fc
    .tuple(levels, indexes, widths, fc.nat(40), fc.constantFrom('', '0', 'x', '/', '.', '5', '\n'))
    .map(([level, index, width, at, piece]) => {
      const path = tilePath({ level, index, width });
      return `${path.slice(0, at)}${piece}${path.slice(at + 1)}`;
    });
  fc.assert(
    fc.property(fc.oneof(near, mutated, fc.string()), (path) => {
      const resource = parseResource(path);
      if (resource === null) return;
      const again =
        resource.kind === 'tile' ? tilePath(resource.tile) : entriesPath(resource.index, resource.width);
      assert.equal(again, path);
    }),
    { numRuns: 2_000 },
  );
});

test('paths with another spelling name nothing', () => {
  for (const path of [
    '',
    'tile/0',
    'tile/0/',
    '/tile/0/000',
    'tile/0/000/',
    'tile/00/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/0',
    'tile/0/0000',
    'tile/0/x000/067',
    'tile/0/001/067',
    'tile/0/x001/x067',
    'tile/0/X001/067',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/05',
    'tile/0/000.p/257',
    'tile/0/000.p/',
    'tile/0/000.p5',
    'tile/0/x009/x007/x199/x254/x740/992', // 2 ** 53, one more than a number can count
    'tile/data/000',
    'tile/entries/000.p/0',
    'tile/entries/0/000',
    'tile/0/000\n',
    'checkpoint',
  ]) {
    assert.equal(parseResource(path), null, path);
  }
  const last = 'tile/0/x009/x007/x199/x254/x740/991';
  assert.deepEqual(parseResource(last), {
    kind: 'tile',
    tile: { level: 0, index: Number.MAX_SAFE_INTEGER, width: 256 },
  });
});

test('a tree of 70,000 leaves has the tiles that the specification counts', () => {
  const tiles = [...tilesOf(70_000)];
  const count = (level: number, isFull: boolean): Tile[] =>
    tiles.filter((tile) => tile.level === level && (tile.width === tileWidth) === isFull);
  assert.equal(count(0, true).length, 273);
  assert.deepEqual(count(0, false), [{ level: 0, index: 273, width: 112 }]);
  assert.equal(count(1, true).length, 1);
  assert.deepEqual(count(1, false), [{ level: 1, index: 1, width: 17 }]);
  assert.deepEqual(count(2, false), [{ level: 2, index: 0, width: 1 }]);
  assert.equal(tiles.length, 277);
  assert.deepEqual(
    [...tilesOf(256)],
    [
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ],
  );
  assert.deepEqual([...tilesOf(0)], []);
});

test('the tiles of a tree hold each complete hash of their level once', () => {
  fc.assert(
    fc.property(fc.nat(200_000), (size) => {
      const widthOf = new Map<number, number>();
      for (const tile of tilesOf(size)) {
        assert.deepEqual(tileIn(tile.level, tile.index, size), tile);
        assert.equal(tile.index * tileWidth, widthOf.get(tile.level) ?? 0);
        widthOf.set(tile.level, (widthOf.get(tile.level) ?? 0) + tile.width);
      }
      for (let level = 0; level < 4; level += 1) {
        assert.equal(widthOf.get(level) ?? 0, Math.floor(size / 256 ** level));
      }
    }),
    { numRuns: 50 },
  );
});

test('a tile beyond the tree is none', () => {
  assert.equal(tileIn(0, 0, 0), null);
  assert.equal(tileIn(0, 1, 256), null);
  assert.equal(tileIn(1, 0, 255), null);
  assert.equal(tileIn(63, 0, Number.MAX_SAFE_INTEGER), null);
  assert.deepEqual(tileIn(6, 0, Number.MAX_SAFE_INTEGER), { level: 6, index: 0, width: 31 });
});

test('roots and proofs come from tiles, whichever levels they show', async () => {
  const sizes = fc.oneof(
    fc.integer({ min: 1, max: 1_000 }),
    fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  );
  await fc.assert(
    fc.asyncProperty(sizes, fc.maxSafeNat(), async (size, seed) => {
      const index = seed % size;
      const tree = new SparseTree([index, size - 1]);
      const nodes = nodesFrom(size, async (tile) => tileBytes(tile, tree));
      const root = await treeRoot(size, nodes);
      assert.deepEqual(root, tree.root(size));
      assert.ok(
        verifyInclusion(tree.leaf(index), index, size, await inclusionProof(index, size, nodes), root),
      );
    }),
    { numRuns: 60 },
  );
});

test('each tile that a proof needs is read once, as it stands in the tree', async () => {
  const size = 70_000;
  const entries = Array.from({ length: size }, (_, index) => Buffer.from(String(index)));
  const tree = new ReferenceTree(entries);
  const readPaths: string[] = [];
  const nodes = nodesFrom(size, async (tile) => {
    assert.deepEqual(tile, tileIn(tile.level, tile.index, size));
    readPaths.push(tilePath(tile));
    return tileBytes(tile, tree);
  });
  const proof = await inclusionProof(69_999, size, nodes);
  assert.ok(verifyInclusion(referenceLeaf(Buffer.from('69999')), 69_999, size, proof, tree.mth(0, size)));
  assert.deepEqual(readPaths.sort(), ['tile/0/273.p/112', 'tile/1/001.p/17', 'tile/2/000.p/1']);
});

test('a tile of another length is refused by its name', async () => {
  for (const change of [-1, 1, -hashBytes]) {
    const nodes = nodesFrom(300, async (tile) => new Uint8Array(tile.width * hashBytes + change));
    await assert.rejects(
      treeRoot(300, nodes),
      (error) => error instanceof Malformed && /^tile\/\d\/\S+ has \d+ bytes, not \d+$/.test(error.message),
    );
  }
});

test('a node that is not in the tree is a defect', async () => {
  const nodes = nodesFrom(300, async (tile) => new Uint8Array(tile.width * hashBytes));
  for (const node of [
    { level: 0, index: 300 },
    { level: 3, index: 37 },
    { level: 9, index: 0 },
  ]) {
    await assert.rejects(nodes([node]), /stands in a tree of 300/);
  }
});

test('nodes between the levels of tiles are hashed as a tree is', async () => {
  const leaf = referenceLeaf(Buffer.from('plain'));
  const two = referenceNode(leaf, leaf);
  const nodes = nodesFrom(4, async () => new Uint8Array(Buffer.concat([leaf, leaf, leaf, leaf])));
  const range = new CompactRange();
  for (let at = 0; at < 4; at += 1) range.add(leaf);
  assert.deepEqual(
    await nodes([
      { level: 0, index: 3 },
      { level: 1, index: 1 },
      { level: 2, index: 0 },
    ]),
    [leaf, two, range.root()],
  );
});

test('a bundle is read as it was written', () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: tileWidth });
  fc.assert(
    fc.property(entries, (written) => {
      assert.deepEqual(decodeBundle(encodeBundle(written), written.length), written);
    }),
  );
  const longest = new Uint8Array(65_535).fill(1);
  assert.deepEqual(decodeBundle(encodeBundle([longest]), 1), [longest]);
  assert.throws(() => encodeBundle([new Uint8Array(65_536)]), /fits into 16 bits/);
  assert.deepEqual(
    encodeBundle([Uint8Array.of(9), new Uint8Array(0), new Uint8Array(256)]).subarray(0, 7),
    Uint8Array.of(0, 1, 9, 0, 0, 1, 0),
  );
});

test('a bundle that is cut, too long, or of other entries is refused, and never misread', () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(entries, fc.nat(500), fc.uint8Array({ minLength: 1, maxLength: 4 }), (written, cut, more) => {
      const bytes = encodeBundle(written);
      const width = written.length;
      assert.throws(() => decodeBundle(bytes, width + 1), Malformed);
      assert.throws(() => decodeBundle(bytes, width - 1), Malformed);
      assert.throws(() => decodeBundle(bytes.subarray(0, cut % bytes.length), width), Malformed);
      assert.throws(() => decodeBundle(new Uint8Array([...bytes, ...more]), width), Malformed);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(10), (bytes, width) => {
      try {
        assert.deepEqual(encodeBundle(decodeBundle(bytes, width)), bytes);
      } catch (error) {
        assert.ok(error instanceof Malformed, String(error));
      }
    }),
  );
});
