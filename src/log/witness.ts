// The log's side of witnessing (C2SP tlog-witness): asks the witnesses of the policy to cosign the newest checkpoint,
// keeps what verifies, and knows the newest checkpoint that meets the policy. What a witness does never stops sealing;
// one that has seen another log than this is told of loudly, for then the log was put back or forked.
import { limits } from '../core/limits.ts';
import { openCheckpoint, parseCheckpoint } from '../merkle/checkpoint.ts';
import type { Hash } from '../merkle/hash.ts';
import { Malformed } from '../merkle/malformed.ts';
import { NoteRefused, type NoteSignature, parseNote, type VerifierKey, verifiedBy } from '../merkle/note.ts';
import { meets } from '../merkle/policy.ts';
import { Cosigned } from './cosigned.ts';
import type { WitnessPolicy } from './policy-file.ts';
import { type AskedWitness, submit, type WitnessAnswer } from './witness-exchange.ts';
import {
  type Cosignature,
  type KeptCosignature,
  type WitnessChange,
  type WitnessState,
  witnessId,
} from './witness-table.ts';

/** What came of asking one witness. */
export interface WitnessOutcome {
  /** As the policy calls it. */
  readonly witness: string;
  readonly url: string;
  /** `ahead`: it has cosigned a tree that this log does not go on from. */
  readonly kind: 'cosigned' | 'failed' | 'ahead';
  /** The size that it has cosigned last, as far as is known. */
  readonly size: number;
  /** Why not, in words; null where it has cosigned. */
  readonly reason: string | null;
}

export interface Witnesses {
  /** Asks every witness that has not cosigned the newest checkpoint; tells of all. Never rejects. */
  ask(): Promise<WitnessOutcome[]>;
  /**
   * What witnesses say that have cosigned a tree that this log does not go on from: larger than its newest checkpoint,
   * or equal with another root. Empty where none contradicts. Changes nothing at any witness.
   */
  contradicting(): Promise<WitnessOutcome[]>;
  /** The newest checkpoint, with what cosignatures it has. */
  newest(): string | null;
  /** The newest checkpoint that meets the policy, with its cosignatures; null before there is one in this epoch. */
  published(): string | null;
  /** The policy's text, without its logs. */
  readonly policy: string;
  /** Asks at once, and again each minute. */
  start(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface WitnessOptions {
  readonly policy: WitnessPolicy;
  /** Number of the present epoch. */
  readonly epoch: number;
  /** The keys of the log, under the origin line of the epoch. */
  readonly logKeys: () => readonly VerifierKey[];
  /** The newest checkpoint of the epoch as the log has signed it; null before the first. */
  readonly checkpoint: () => string | null;
  /** The consistency proof between two sizes of the epoch's tree. */
  readonly prove: (from: number, to: number) => Promise<Hash[]>;
  /** What `readCosignatures` answers for this epoch. */
  readonly known: readonly Cosignature[];
  /** The work `keepCosignature`. */
  readonly keep: (cosignature: KeptCosignature) => Promise<unknown>;
  /** The work `recordWitness`. */
  readonly tell: (change: WitnessChange) => Promise<unknown>;
  /** Hears, each time, what must not be overlooked. */
  readonly report: (sentence: string) => void;
  readonly fetch?: typeof fetch;
  readonly answerMsMax?: number;
}

/** Puts the parts together; nobody is asked before `start`, `ask` or `contradicting`. */
export function createWitnesses(options: WitnessOptions): Witnesses {
  const asking = new Asking(options);
  return {
    ask: () => asking.ask(),
    contradicting: () => asking.contradicting(),
    newest: () => asking.newest(),
    published: () => asking.published(),
    policy: options.policy.text,
    start: () => asking.start(),
    stop: () => asking.stop(),
  };
}

/** The newest checkpoint, as it is asked about. */
interface Question {
  readonly note: string;
  readonly size: number;
}

class Asking {
  readonly #options: WitnessOptions;
  readonly #witnesses: readonly AskedWitness[];
  readonly #cosigned: Cosigned;
  /** What was last told of each witness. */
  readonly #told = new Map<string, WitnessState>();
  readonly #end = new AbortController();
  /** One round at a time: of two, the earlier one could take the other's checkpoint for one of another log. */
  #round: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WitnessOptions) {
    this.#options = options;
    const { witnesses } = options.policy.policy;
    this.#witnesses = witnesses.flatMap(({ name, key, url }) => (url === null ? [] : [{ name, key, url }]));
    // The log's own keys count, whatever logs the policy names: it is this log whose witnesses they are.
    const policy = { ...options.policy.policy, logs: [] };
    const isMet = (note: string): boolean => meets(policy, parseNote(note), options.logKeys()).met;
    const keys = new Map(witnesses.map(({ key }) => [witnessId(key), key]));
    const known = options.known.filter((cosignature) => isGenuine(cosignature, keys, options.logKeys()));
    this.#cosigned = new Cosigned(known, isMet);
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.ask(), limits.witnessAskMs).unref();
    void this.ask();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#end.abort();
    await this.#round;
  }

  newest(): string | null {
    const note = this.#options.checkpoint();
    return note === null ? null : this.#cosigned.merged(note);
  }

  published(): string | null {
    return this.#options.policy.policy.quorum.kind === 'none' ? this.newest() : this.#cosigned.shown();
  }

  ask(): Promise<WitnessOutcome[]> {
    return this.#inTurn((question) =>
      Promise.all(this.#witnesses.map((witness) => this.#askOne(witness, question))),
    );
  }

  /** Asked about its own size, a witness that has less than this log only says so. */
  async contradicting(): Promise<WitnessOutcome[]> {
    const outcomes = await this.#inTurn((question) =>
      Promise.all(
        this.#witnesses.map(async (witness) => {
          const answer = await this.#submit(witness, question, question.size);
          return this.#outcomeOf(witness, question, question.size, answer);
        }),
      ),
    );
    return outcomes.filter(({ kind }) => kind === 'ahead');
  }

  /** Where there is no checkpoint yet, there is nothing to ask. */
  #inTurn(step: (question: Question) => Promise<WitnessOutcome[]>): Promise<WitnessOutcome[]> {
    const round = this.#round.then(async () => {
      const note = this.#options.checkpoint();
      return note === null ? [] : await step({ note, size: sizeOf(note) });
    });
    this.#round = round.catch(() => undefined);
    return round;
  }

  async #askOne(witness: AskedWitness, question: Question): Promise<WitnessOutcome> {
    const { name, url, key } = witness;
    const isDone = this.#cosigned.has(question.note, witnessId(key));
    const outcome: WitnessOutcome = isDone
      ? { witness: name, url, kind: 'cosigned', size: question.size, reason: null }
      : await this.#collect(witness, question);
    await this.#tell(witness, outcome);
    return outcome;
  }

  /** A witness that has another size than was thought tells it, and is asked once more from there. */
  async #collect(witness: AskedWitness, question: Question): Promise<WitnessOutcome> {
    const { size } = question;
    let from = Math.min(this.#cosigned.sizeOf(witnessId(witness.key)), size);
    let answer = await this.#submit(witness, question, from);
    if (answer.kind === 'conflict' && answer.size !== null && answer.size !== from && answer.size <= size) {
      from = answer.size;
      answer = await this.#submit(witness, question, from);
    }
    if (answer.kind === 'cosigned') await this.#keep(witness, question, answer.signature);
    return this.#outcomeOf(witness, question, from, answer);
  }

  async #submit(witness: AskedWitness, { note, size }: Question, oldSize: number): Promise<WitnessAnswer> {
    const { prove, fetch: line = fetch, answerMsMax } = this.#options;
    try {
      const proof = await prove(oldSize, size);
      const limit = answerMsMax === undefined ? {} : { answerMsMax };
      return await submit(
        witness,
        { oldSize, proof, note },
        { fetch: line, stop: this.#end.signal, ...limit },
      );
    } catch (error) {
      return { kind: 'failed', reason: `the proof from size ${oldSize} could not be made: ${error}` };
    }
  }

  /** What an answer to a question with the old size `from` says of the log. */
  #outcomeOf(
    { name, url, key }: AskedWitness,
    { size }: Question,
    from: number,
    answer: WitnessAnswer,
  ): WitnessOutcome {
    const about = { witness: name, url };
    const failed = (reason: string): WitnessOutcome => {
      return { ...about, kind: 'failed', size: this.#cosigned.sizeOf(witnessId(key)), reason };
    };
    const ahead = (at: number, reason: string): WitnessOutcome => {
      return { ...about, kind: 'ahead', size: at, reason };
    };
    switch (answer.kind) {
      case 'cosigned':
        return { ...about, kind: 'cosigned', size, reason: null };
      case 'failed':
        return failed(answer.reason);
      case 'unproven':
        if (from === 0) return failed('it refuses a checkpoint without an older one (422)');
        return ahead(from, `its tree of ${from} leaves is not the beginning of this log's ${size}`);
      case 'conflict':
        if (answer.size !== null && answer.size > size)
          return ahead(answer.size, `it has cosigned ${answer.size} leaves, and this log has ${size}`);
        if (from === size && (answer.size ?? size) === size)
          return ahead(size, `it has cosigned another tree of ${size} leaves than this log's`);
        return failed(
          `it has cosigned ${answer.size ?? 'another number of'} leaves, and takes no proof from there`,
        );
    }
  }

  async #keep({ key }: AskedWitness, { note, size }: Question, signature: NoteSignature): Promise<void> {
    const { epoch, keep } = this.#options;
    const cosignature = { epoch, witness: witnessId(key), size, note, signature };
    this.#cosigned.add(cosignature);
    const shown = this.#cosigned.shown();
    await this.#recorded(keep({ ...cosignature, shown: shown === null ? null : sizeOf(shown) }));
  }

  /** Tells what has changed; once more what is worst. */
  async #tell({ name, key }: AskedWitness, { kind, size, reason }: WitnessOutcome): Promise<void> {
    const { report, tell } = this.#options;
    if (kind === 'ahead') report(`Witness ${name} contradicts this log: ${reason}.`);
    const witness = witnessId(key);
    const state = stateOf[kind];
    if (this.#told.get(witness) === state || this.#end.signal.aborted) return;
    const isTold = await this.#recorded(tell({ witness, name, state, size, reason }));
    if (isTold) this.#told.set(witness, state);
  }

  /** The store may be busy, or refuse to be written: the next round tries again. */
  async #recorded(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      this.#options.report(`What a witness answered could not be recorded: ${error}`);
      return false;
    }
  }
}

const stateOf: Readonly<Record<WitnessOutcome['kind'], WitnessState>> = {
  cosigned: 'cosigning',
  failed: 'failing',
  ahead: 'ahead',
};

/** Whether a cosignature that was kept is by a witness of the policy, on a checkpoint of this log. */
function isGenuine(
  { witness, note, size, signature }: Cosignature,
  witnesses: ReadonlyMap<string, VerifierKey>,
  logKeys: readonly VerifierKey[],
): boolean {
  const key = witnesses.get(witness);
  if (key === undefined) return false;
  try {
    const { text } = parseNote(note);
    return (
      openCheckpoint(note, logKeys).size === size &&
      verifiedBy({ text, signatures: [signature] }, [key]).length > 0
    );
  } catch (error) {
    if (error instanceof NoteRefused || error instanceof Malformed) return false;
    throw error;
  }
}

function sizeOf(note: string): number {
  return parseCheckpoint(parseNote(note).text).size;
}
