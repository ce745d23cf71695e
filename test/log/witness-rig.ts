// A small log and its side of witnessing, with witnesses that listen on real ports and remember in real files.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { witnessPolicy } from '../../src/log/policy-file.ts';
import { createWitnesses, type Witnesses, type WitnessOptions } from '../../src/log/witness.ts';
import type { KeptCosignature, WitnessChange } from '../../src/log/witness-table.ts';
import { ed25519Cosigner } from '../../src/merkle/cosignature.ts';
import { formatVerifierKey } from '../../src/merkle/note.ts';
import { type SmallLog, smallLog } from '../witness/small-log.ts';
import {
  close,
  type WitnessOptions as Kind,
  listen,
  startWitness,
  type Witness,
} from '../witness/witness-server.ts';

export interface Stage {
  readonly log: SmallLog;
  /** What was kept, told and reported. */
  readonly kept: KeptCosignature[];
  readonly told: WitnessChange[];
  readonly reported: string[];
  /** A witness that knows the log. */
  witness(name: string, more?: Partial<Kind>): Promise<Witness>;
  /** Somebody who answers as he likes; the key is one of a witness. */
  liar(answer: RequestListener): Promise<Liar>;
  /** The log's side, with the policy's lines; goes on from what was kept so far. */
  open(lines: string, more?: Partial<WitnessOptions>): Witnesses;
}

export interface Liar {
  readonly url: string;
  readonly vkey: string;
  readonly privateKey: KeyObject;
}

export function setUp(t: TestContext, size = 5): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-witness-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const log = smallLog(size);
  const kept: KeptCosignature[] = [];
  const told: WitnessChange[] = [];
  const reported: string[] = [];
  return {
    log,
    kept,
    told,
    reported,
    async witness(name, more = {}) {
      const stateFile = join(folder, `${name}.json`);
      const witness = await startWitness({ name: `${name}.test`, logs: [log.key], stateFile, ...more });
      t.after(() => witness.stop());
      return witness;
    },
    async liar(answer) {
      const server = createServer(answer);
      t.after(() => close(server));
      const { privateKey } = generateKeyPairSync('ed25519');
      const { key } = ed25519Cosigner('liar.test', privateKey);
      return { url: await listen(server), vkey: formatVerifierKey(key), privateKey };
    },
    open(lines, more = {}) {
      const witnesses = createWitnesses({
        policy: witnessPolicy(lines, 'the policy'),
        epoch: 1,
        logKeys: () => [log.key],
        checkpoint: () => (log.size === 0 ? null : log.note()),
        prove: async (from, to) => log.prove(from, to),
        known: kept,
        keep: async (cosignature) => void kept.push(cosignature),
        tell: async (change) => void told.push(change),
        report: (sentence) => void reported.push(sentence),
        ...more,
      });
      t.after(() => witnesses.stop());
      return witnesses;
    },
  };
}

/** A policy's line for a witness. */
export function line(name: string, { vkey, url }: { vkey: string; url: string }): string {
  return `witness ${name} ${vkey} ${url}\n`;
}
