// A process that appends and seals without rest, tells what it does on standard output, and kills itself with SIGKILL
// at a given step of sealing: `node sealing-process.ts <data folder> <plan as JSON>`.
import { writeSync } from 'node:fs';
import { type SealerParts, standingOf, startSealer } from '../../src/log/seal.ts';
import { openRig } from '../log/seal-rig.ts';

/** The steps that a death can meet, in the order of a round. */
export const steps = ['seal', 'sign', 'keep', 'remember', 'publish'] as const;
export type Step = (typeof steps)[number];

export interface Plan {
  /** Where to die; null: whoever started it ends it. */
  readonly death: Death | null;
  /** Callers that append; one: each event gets a checkpoint of its own. */
  readonly writers: number;
}

export interface Death {
  readonly step: Step;
  readonly when: 'before' | 'during' | 'after';
  /** The how manieth time that the step is reached. */
  readonly time: number;
  /** How long `during` lets the step go on, in milliseconds. */
  readonly ms: number;
}

/** What it tells: a word for each step that was done, the note where one is published, why a round failed. */
function say(word: Step | 'failed' | 'halted', text = ''): void {
  writeSync(1, `${word} ${Buffer.from(text).toString('base64')}\n`);
}

function deathAt(death: Death | null): (step: Step, when: Death['when']) => void {
  const reached = new Map<string, number>();
  const die = (): void => void process.kill(process.pid, 'SIGKILL');
  return (step, when) => {
    const key = `${step} ${when}`;
    reached.set(key, (reached.get(key) ?? 0) + 1);
    if (step !== death?.step || when !== death.when || reached.get(key) !== death.time) return;
    if (when === 'during') setTimeout(die, death.ms);
    else die();
  };
}

/** The parts, so that each step is told and can be the last. */
function mortal(parts: SealerParts, death: Death | null): SealerParts {
  const reach = deathAt(death);
  const through = async <R>(step: Step, run: () => Promise<R>): Promise<R> => {
    reach(step, 'before');
    const running = run();
    reach(step, 'during');
    const result = await running;
    say(step);
    reach(step, 'after');
    return result;
  };
  const { store, signers, remembered } = parts;
  return {
    ...parts,
    store: {
      ...store,
      seal: (max) => through('seal', () => store.seal(max)),
      run: (name, input) => through('keep', () => store.run(name, input)),
    },
    signers: (origin) =>
      signers(origin).map((signer) => ({
        ...signer,
        sign: (text) => {
          reach('sign', 'before');
          const signature = signer.sign(text);
          reach('sign', 'after');
          return signature;
        },
      })),
    remembered: { ...remembered, write: (note) => through('remember', () => remembered.write(note)) },
    report: (error) => say('failed', String(error)),
  };
}

async function main(directory: string, { death, writers }: Plan): Promise<void> {
  const rig = await openRig(directory);
  const { store, epoch, remembered, keys } = rig;
  const note = remembered.read();
  const known = note === null ? null : { note, epoch: 1, from: 'remembered' };
  const standing = await standingOf(store, epoch, known);
  if (standing.kind === 'behind') return say('halted', standing.reason);
  const reach = deathAt(death);
  const publish = (published: string): void => {
    reach('publish', 'before');
    say('publish', published);
    reach('publish', 'after');
  };
  const sealer = await startSealer(
    mortal(
      {
        store,
        epoch,
        signers: keys.signers,
        remembered,
        elapsed: () => performance.now(),
        report: () => undefined,
      },
      death,
    ),
  );
  const begun = sealer.checkpoint();
  if (begun !== null) publish(begun);
  sealer.onCheckpoint(publish);
  const write = async (number: number): Promise<void> => {
    for (let turn = 1; ; turn += 1) {
      const done = rig.append(1 + ((turn * number) % 3)).then(() => sealer.now());
      await done.catch((error) => say('failed', String(error)));
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, number) => write(number + 1)));
}

const [, , directory = '', plan = ''] = process.argv;
if (import.meta.main) await main(directory, JSON.parse(plan));
