// The log's keys in a folder of their own, with a clock that tests move and a record of what was told.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '../../src/core/guid.ts';
import type { StoredEvent } from '../../src/event/event.ts';
import type { Doer } from '../../src/log/append.ts';
import type { KeyChanges } from '../../src/log/key-events.ts';
import { fingerprintOf } from '../../src/log/key-ring.ts';
import { type KeyOptions, type LogKeys, openKeys } from '../../src/log/keys.ts';
import { formatCheckpoint, openCheckpoint } from '../../src/merkle/checkpoint.ts';
import { emptyRoot } from '../../src/merkle/hash.ts';
import { formatNote, type VerifierKey } from '../../src/merkle/note.ts';
import { everything } from '../../src/query/ast.ts';
import { narrow } from '../../src/query/narrow.ts';
import type { Store } from '../../src/store/contract.ts';
import { firstPage } from '../first-page.ts';

export const origin = 'log.test/0123456789abcdef/1';
export const admin: Doer = {
  actor: { type: 'user', guid: 'u1' },
  name: 'ann@example.org',
  username: 'ann',
  context: { address: '192.0.2.1', interface: 'api' },
};

/** One event, in short. */
export interface Told {
  readonly what: 'made' | 'retired';
  readonly number: number;
  readonly fingerprint: string;
  readonly by: string | null;
}

export interface KeysRig {
  readonly folder: string;
  /** Everything told so far. */
  readonly told: Told[];
  open(more?: Partial<KeyOptions>): Promise<LogKeys>;
  advance(days: number): void;
}

/** @param folder of an earlier rig, for one that goes on from what a crash left. */
export function keysRig(folder: string = mkdtempSync(join(tmpdir(), 'hansard-log-keys-'))): KeysRig {
  let at = 1_800_000_000_000_000;
  const told: Told[] = [];
  return {
    folder,
    told,
    open: (more = {}) =>
      openKeys({
        folder,
        environmentKey: null,
        now: () => at,
        random: systemRandom,
        record: async (changes, doer) => void told.push(...toldOf(changes, doer)),
        fips: false,
        ...more,
      }),
    advance: (days) => {
      at += days * 86_400_000_000;
    },
  };
}

export function toldOf({ made, retired }: KeyChanges, doer: Doer | null): Told[] {
  const by = doer?.username ?? null;
  return [
    ...made.map((key) => ({
      what: 'made' as const,
      number: key.number,
      fingerprint: fingerprintOf(key),
      by,
    })),
    ...retired.map((key) => ({
      what: 'retired' as const,
      number: key.number,
      fingerprint: fingerprintOf(key),
      by,
    })),
  ];
}

export function discard({ folder }: Pick<KeysRig, 'folder'>): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A checkpoint signed with all keys that sign now. */
export function signed(keys: LogKeys, size: number): string {
  const text = formatCheckpoint({ origin, size, root: emptyRoot, extensions: [] });
  return formatNote({ text, signatures: keys.signers(origin).map((signer) => signer.sign(text)) });
}

/** Numbers of the keys, of those that are listed, by which alone the note verifies. */
export function verifyingNumbers(keys: LogKeys, note: string): number[] {
  return keys
    .list(origin)
    .filter((_, index) => verifies(note, keys.verifierKeys(origin).slice(index, index + 1)))
    .map(({ number }) => number);
}

function verifies(note: string, keys: readonly VerifierKey[]): boolean {
  try {
    openCheckpoint(note, keys);
    return true;
  } catch {
    return false;
  }
}

/** Everything recorded in a store, oldest first. */
export async function recorded(store: Store): Promise<readonly StoredEvent[]> {
  const all = narrow(everything, { kind: 'all' }, 'all', () => 'log');
  return (await firstPage(store, all, 5_000)).events;
}
