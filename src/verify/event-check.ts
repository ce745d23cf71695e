// The events of an evidence bundle, one by one: each is proved to lie in a signed tree, and the exported row beside it
// says what its leaf says. Holds one event at a time, and a bit for each that it has met.
import { join } from 'node:path';
import { JsonRefused } from '../core/json.ts';
import type { Leaf } from '../event/leaf.ts';
import { leafHash } from '../merkle/hash.ts';
import { Malformed } from '../merkle/malformed.ts';
import { verifyInclusion } from '../merkle/proof.ts';
import { opened, type ProvenEvent, readEvidence } from './evidence.ts';
import type { Findings } from './finding.ts';
import { IndexSet } from './index-set.ts';
import { evidenceName, type Manifest, type ManifestLog } from './manifest.ts';
import type { NoteReport } from './note.ts';
import { compared } from './resource.ts';
import { linesOf, type Row, resourcesOf } from './rows.ts';

/** A checkpoint of the bundle, and who vouches for it. */
export interface BundleCheckpoint {
  readonly log: ManifestLog;
  /** The whole note. */
  readonly text: string;
  readonly note: NoteReport;
}

/** What there is to be checked, all of it in one folder. */
export interface BundleParts {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly checkpoints: readonly BundleCheckpoint[];
  /** Names of the exported files whose rows are resources. */
  readonly exported: readonly string[];
}

/** Events that were proved; those with an erased part; those with names that were learned after sealing. */
export interface Tally {
  proved: number;
  erased: number;
  later: number;
}

/** Checks all evidence of a bundle, in its order, and the rows of the exported files beside it. */
export async function checkEvents(
  parts: BundleParts,
  findings: Findings,
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<Tally> {
  const check = new EventCheck(parts, findings);
  await check.run(onProgress);
  return check.tally;
}

/** An event whose leaf could be read. */
interface Read {
  readonly event: ProvenEvent;
  readonly leaf: Leaf;
}

/** What the events of one log came to. */
interface Met {
  readonly indexes: IndexSet;
  first: number;
  last: number;
}

class EventCheck {
  readonly tally: Tally = { proved: 0, erased: 0, later: 0 };
  readonly #parts: BundleParts;
  readonly #findings: Findings;
  readonly #met = new Map<number, Met>();

  constructor(parts: BundleParts, findings: Findings) {
    this.#parts = parts;
    this.#findings = findings;
  }

  async run(onProgress: (done: number, of: number) => void): Promise<void> {
    const { folder, manifest, exported } = this.#parts;
    const files = exported.map((name) => ({ name, rows: resourcesOf(join(folder, name)) }));
    let events = 0;
    try {
      for await (const line of linesOf(join(folder, evidenceName))) {
        events += 1;
        const read = this.#event(line);
        for (const { name, rows } of files) {
          const row = await nextRow(rows, name);
          if (read !== null) this.#row(name, line, row, read);
        }
        onProgress(events, manifest.count);
      }
      for (const { name, rows } of files) {
        const more = await nextRow(rows, name);
        if (more !== null)
          this.#findings.add(`${name} goes on after its ${events} events, in line ${more.line}.`);
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#findings.add(`${error.message}.`);
    } finally {
      // Whatever was not read to its end is open still.
      for (const { rows } of files) await rows.return(undefined);
    }
    this.#checkCounts(events);
  }

  /** Proves one event; null where its line cannot be read. */
  #event({ line, text }: Row): Read | null {
    const where = `${evidenceName} line ${line}`;
    try {
      const event = readEvidence(text);
      const { leaf, erased, problems } = opened(event);
      if (this.#prove(event, where)) this.tally.proved += 1;
      if (erased.length > 0) this.tally.erased += 1;
      for (const problem of problems) {
        this.#findings.add(`${where}: of event ${leaf.guid}, ${problem}.`, event.index);
      }
      return { event, leaf };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#findings.add(`${where}: ${error.message}.`);
      return null;
    }
  }

  #prove({ entry, epoch, index, proof }: ProvenEvent, where: string): boolean {
    const found = this.#parts.checkpoints.find(({ log }) => log.epoch === epoch);
    const checkpoint = found?.note.checkpoint ?? null;
    if (found === undefined || checkpoint === null) {
      this.#findings.add(
        `${where}: there is no checkpoint of epoch ${epoch} to prove leaf ${index} by.`,
        index,
      );
      return false;
    }
    const hash = leafHash(Buffer.from(entry));
    if (!verifyInclusion(hash, index, checkpoint.size, proof, checkpoint.root)) {
      const tree = `the tree of ${checkpoint.size} leaves in ${found.log.checkpoint}`;
      this.#findings.add(`${where}: leaf ${index} is not proved to lie in ${tree}.`, index);
      return false;
    }
    const met = this.#met.get(epoch) ?? { indexes: new IndexSet(), first: index, last: index };
    this.#met.set(epoch, met);
    met.first = Math.min(met.first, index);
    met.last = Math.max(met.last, index);
    if (met.indexes.add(index)) return true;
    this.#findings.add(`${where}: leaf ${index} is there a second time.`, index);
    return false;
  }

  #row(name: string, { line }: Row, row: Row | null, { event, leaf }: Read): void {
    if (row === null) {
      this.#findings.add(
        `${name} has no row for leaf ${event.index} (${evidenceName} line ${line}).`,
        event.index,
      );
      return;
    }
    try {
      const { different, later } = compared(row.text, leaf, event);
      if (later.length > 0) this.tally.later += 1;
      if (different.length === 0) return;
      const paths = different.join(', ');
      this.#findings.add(
        `${name} line ${row.line}: ${paths} is not what leaf ${event.index} says.`,
        event.index,
      );
    } catch (error) {
      if (!(error instanceof JsonRefused)) throw error;
      this.#findings.add(`${name} line ${row.line} is not JSON: ${error.message}.`, event.index);
    }
  }

  #checkCounts(events: number): void {
    const { count, logs } = this.#parts.manifest;
    if (events !== count) {
      this.#findings.add(`${evidenceName} has ${events} events, not ${count} as the manifest says.`);
    }
    for (const { epoch, count: wanted, first_index, last_index } of logs) {
      const met = this.#met.get(epoch);
      if (met?.indexes.size === wanted && met.first === first_index && met.last === last_index) continue;
      const said = `${wanted} leaves from ${first_index} to ${last_index}`;
      this.#findings.add(`The manifest says that epoch ${epoch} has ${said}; the evidence proves others.`);
    }
  }
}

async function nextRow(rows: AsyncGenerator<Row>, name: string): Promise<Row | null> {
  try {
    const { done, value } = await rows.next();
    return done === true ? null : value;
  } catch (error) {
    if (error instanceof Malformed) throw new Malformed(`${name}: ${error.message}`);
    throw error;
  }
}
