// Evidence bundles for tests: events of a made-up log, exported in every form, with their proofs.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Particulars, StoredEvent } from '../../src/event/event.ts';
import type { Signer } from '../../src/merkle/note.ts';
import { inclusionProof } from '../../src/merkle/proof.ts';
import { formatProofFile } from '../../src/merkle/proof-file.ts';
import { formatEvidence, formatExtra, type ProvenEvent } from '../../src/verify/evidence.ts';
import { formatManifest, type Manifest, manifestOf } from '../../src/verify/manifest.ts';
import { apiEvent } from '../../src/wire/api.ts';
import { v2Event } from '../../src/wire/v2.ts';
import { v3Event } from '../../src/wire/v3.ts';
import {
  checkpointOf,
  entriesOf,
  newFolder,
  origin,
  type TestEvent,
  type TestTree,
  treeOf,
} from './log-folder.ts';

/** The event as a store would read it. */
export function storedEvent(event: TestEvent, index: number): StoredEvent {
  const { leaf } = event;
  const particulars: Particulars = JSON.parse(event.particulars);
  return {
    id: index + 1,
    origin: leaf.origin,
    guid: leaf.guid,
    type: leaf.type,
    audience: 'platform',
    occurredAt: leaf.occurred_at,
    recordedAt: leaf.recorded_at,
    actor: leaf.actor,
    target: leaf.target,
    spaceGuid: leaf.space_guid,
    organizationGuid: leaf.organization_guid,
    outcome: leaf.outcome,
    data: event.data,
    particulars,
    sealed: { epoch: 1, index },
    erased: [],
  };
}

export async function provenEvent(event: TestEvent, index: number, tree: TestTree): Promise<ProvenEvent> {
  const { entry, data, dataSalt, particulars, particularsSalt } = event;
  const proof = await inclusionProof(index, tree.size, tree.read);
  return { epoch: 1, index, entry, data, dataSalt, particulars, particularsSalt, proof };
}

/** Files of a bundle by name, without its manifest, over leaves [first, last] of the events. */
export async function bundleFiles(
  events: readonly TestEvent[],
  first: number,
  last: number,
  signer: Signer,
): Promise<Map<string, string>> {
  const tree = treeOf(entriesOf(events));
  const chosen = events.slice(first, last + 1).map((event, place) => ({ event, index: first + place }));
  const stored = chosen.map(({ event, index }) => storedEvent(event, index));
  const proven = await Promise.all(chosen.map(({ event, index }) => provenEvent(event, index, tree)));
  const array = (texts: string[]) => (texts.length === 0 ? '[]\n' : `[\n${texts.join(',\n')}\n]\n`);
  return new Map([
    ['v3.ndjson', stored.map((event) => `${v3Event(event, 'https://api.example.org')}\n`).join('')],
    ['v2.json', array(stored.map(v2Event))],
    ['api.ndjson', stored.map((event) => `${apiEvent(event)}\n`).join('')],
    [
      'events.csv',
      `Timestamp,Data\r\n${stored.map(({ guid }) => `${guid},"a ""quoted""\nline"\r\n`).join('')}`,
    ],
    ['checkpoint', checkpointOf(tree, signer)],
    ['evidence.ndjson', proven.map((event) => `${formatEvidence(event)}\n`).join('')],
  ]);
}

/** The manifest that fits the files. */
export function manifestFor(files: ReadonlyMap<string, string>, more: Partial<Manifest> = {}): Manifest {
  const indexes = (files.get('evidence.ndjson') ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): number => JSON.parse(line).index);
  const log = {
    epoch: 1,
    origin,
    checkpoint: 'checkpoint',
    count: indexes.length,
    first_index: Math.min(...indexes),
    last_index: Math.max(...indexes),
  };
  return {
    ...manifestOf(
      {
        server: 'https://api.example.org',
        filters: ['--type audit.app.create'],
        count: indexes.length,
        logs: indexes.length === 0 ? [] : [log],
        files: [...files].map(([name, text]) => ({
          name,
          bytes: Buffer.byteLength(text),
          sha256: createHash('sha256').update(text).digest('hex'),
        })),
      },
      1_790_000_000_000_000,
    ),
    ...more,
  };
}

export function writeBundle(
  t: TestContext,
  files: ReadonlyMap<string, string>,
  manifest: Manifest = manifestFor(files),
): string {
  const folder = newFolder(t);
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'manifest.json'), formatManifest(manifest));
  return folder;
}

/** A .tlog-proof file of one event. */
export async function proofFileOf(
  events: readonly TestEvent[],
  index: number,
  signer: Signer,
): Promise<string> {
  const event = events[index];
  if (event === undefined) throw new Error(`no event ${index}`);
  const tree = treeOf(entriesOf(events));
  const { proof, ...disclosure } = await provenEvent(event, index, tree);
  return formatProofFile({
    extra: formatExtra(disclosure),
    index,
    hashes: proof,
    checkpoint: checkpointOf(tree, signer),
  });
}
