// The trees of the log as tiles of hashes and bundles of entries (C2SP tlog-tiles). What is served never changes, so
// that it may be kept for ever; what no checkpoint covers yet is not served at all.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AppError } from '../../core/error.ts';
import { bundleOf } from '../../log/source.ts';
import { entriesPath, parseResource, type Resource, tileIn, tilePath, tileWidth } from '../../merkle/tile.ts';
import { prefersGzip } from '../accept-encoding.ts';
import { noteRead } from '../events.ts';
import type { About } from '../openapi/about.ts';
import type { Answer, Call, KnownCall, Route, Services } from '../route.ts';
import { cacheControl, type SignedTree, signedTree, uncached } from './checkpoint.ts';

type Kind = Resource['kind'];

/** Compresses in a thread of its own: a full bundle of long entries takes a while. */
const compressed = promisify(gzip);

const kept = 'max-age=31536000, immutable';

async function tile(call: Call, { store, log }: Services): Promise<Answer> {
  const { tile: asked } = resourceAt(call, 'tile');
  const tree = await signedTree(call, log);
  checkSigned(tilePath(asked), tileIn(asked.level, asked.index, tree.size), asked.width, tree);
  return {
    status: 200,
    body: await store.tile(tree.epoch, asked),
    headers: { 'content-type': 'application/octet-stream', 'cache-control': cacheControl(log, kept) },
  };
}

/** Entries name who did what to what all over the platform: they are for those who may see all of it. */
async function entries(call: KnownCall, services: Services): Promise<Answer> {
  const { store, log } = services;
  const { global } = await services.standing(call.principal);
  if (global === null) throw new AppError('NotAuthorized');
  const { index, width } = resourceAt(call, 'entries');
  const tree = await signedTree(call, log);
  checkSigned(entriesPath(index, width), tileIn(0, index, tree.size), width, tree);
  const bundle = await bundleOf(store, tree.epoch, index, width);
  await noteRead(call, services, width, `log/entries?epoch=${tree.epoch}`);
  const headers = {
    'content-type': 'application/octet-stream',
    'cache-control': `private, ${kept}`,
    vary: 'accept-encoding',
  };
  if (!prefersGzip(call.headers['accept-encoding'])) return { status: 200, body: bundle, headers };
  return { status: 200, body: await compressed(bundle), headers: { ...headers, 'content-encoding': 'gzip' } };
}

const examples: Readonly<Record<Kind, string>> = {
  tile: tilePath({ level: 0, index: 1_234_067, width: 5 }),
  entries: entriesPath(1_234_067, 5),
};

/** What the path names, which must be of this kind. */
function resourceAt<K extends Kind>({ params }: Call, kind: K): Extract<Resource, { kind: K }> {
  const folder = kind === 'tile' ? 'tile' : 'tile/entries';
  const path = `${folder}/${params['*'] ?? ''}`;
  const resource = parseResource(path);
  if (isOfKind(resource, kind)) return resource;
  throw new AppError('ResourceNotFound', [`${path} is no path like ${examples[kind]} (C2SP tlog-tiles)`]);
}

function isOfKind<K extends Kind>(
  resource: Resource | null,
  kind: K,
): resource is Extract<Resource, { kind: K }> {
  return resource?.kind === kind;
}

/** Throws ResourceNotFound unless the signed tree has the tile at this width. */
function checkSigned(
  path: string,
  signed: { readonly width: number } | null,
  width: number,
  tree: SignedTree,
): void {
  if (signed !== null && width <= signed.width) return;
  throw new AppError('ResourceNotFound', [`The signed tree of ${tree.size} entries has no ${path}`]);
}

const bytes = { mediaType: 'application/octet-stream', schema: { type: 'string' } } as const;
const hashes: About = {
  tag: 'Log',
  response: bytes,
  description:
    `Up to ${tileWidth} hashes of 32 bytes. The path is level, index and, of a partial tile, width, as in ` +
    '`0/x001/x234/067.p/5`.',
};
const bundles: About = {
  tag: 'Log',
  response: bytes,
  description:
    `Up to ${tileWidth} entries, each after its length in two bytes. The path is index and, of a partial bundle, ` +
    'width, as in `x001/x234/067.p/5`. For global readers alone.',
};

const tiles = {
  method: 'GET',
  dialect: 'api',
  access: 'log',
  about: hashes,
  handle: uncached(tile),
} as const;
const texts = {
  method: 'GET',
  dialect: 'api',
  access: 'read',
  about: bundles,
  handle: uncached(entries),
} as const;

export const routes: readonly Route[] = [
  { ...texts, path: '/log/tile/entries/*', summary: 'A bundle of entries of the log' },
  { ...tiles, path: '/log/tile/*', summary: 'A tile of hashes of the log' },
  { ...texts, path: '/log/epochs/:number/tile/entries/*', summary: 'A bundle of entries of an epoch' },
  { ...tiles, path: '/log/epochs/:number/tile/*', summary: 'A tile of hashes of an epoch' },
];
