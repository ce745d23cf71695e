// Notes: things that happen too often for an event each are counted by subject and minute (design, section
// 4). Failures and refusals are told at once the first time, and the rest as one event when the minute ends;
// reads are told when the minute ends. Bounded in memory and, for whatever a stranger can cause, in events a
// minute.
import type { Clock } from '../core/clock.ts';
import { type Instant, microsText } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import type { Context, Outcome, Party } from '../event/event.ts';
import type { Scene, Transaction } from '../store/contract.ts';
import { append, type Doer, type Happening } from './append.ts';

/** What is noted, as one type of event. */
export interface NoteKind {
  readonly type: string;
  readonly outcome: Outcome;
  /** `promptly`: the first of a minute at once. `later`: only when the minute ends. */
  readonly telling: 'promptly' | 'later';
  /** What the event's data says of the count, beside what its first occurrence says. */
  readonly told: (count: Counted) => object;
}

/** What has been counted of one subject since it was last told. */
export interface Counted {
  readonly times: number;
  readonly since: Instant;
  /** What it was about: a bounded number of texts, each with its count. */
  readonly about: readonly { readonly text: string; readonly times: number; readonly rows: number }[];
  /** Occurrences about further texts. */
  readonly more: number;
}

/** One occurrence. All but `about` of the first one stands for every other of the same subject. */
export interface Occurrence {
  readonly kind: NoteKind;
  /** What makes two of them the same, beside the kind: who, from where, through which client, why. */
  readonly subject: readonly string[];
  readonly doer: Doer;
  readonly target: Party;
  readonly targetName: string;
  readonly data?: object;
  readonly about?: { readonly text: string; readonly rows: number };
}

/** What is recorded. */
export interface Note {
  readonly doer: Doer;
  readonly happening: Happening;
}

export interface Notes {
  /** Resolves when a first occurrence that is told promptly is durable; at once for all others. */
  note(occurrence: Occurrence): Promise<void>;
  /**
   * Tells everything counted so far. What cannot be recorded is counted on and tried again a minute later.
   */
  flush(): Promise<void>;
}

/**
 * Reads of events: one note for each reader and client; `about` is the filter and how many rows it answered.
 */
export const reads: NoteKind = {
  type: 'audit.log.read',
  outcome: 'success',
  telling: 'later',
  told: ({ about, more, since }) => ({
    filters: about.map(({ text, times, rows }) => ({ filter: text, times, rows })),
    ...(more > 0 && { more }),
    since: microsText(since),
  }),
};

/** Requests that were refused for want of a role or scope; `about` is the request. */
export const refusals: NoteKind = prompt('audit.log.refused', ({ times, about, more }) =>
  times === 1
    ? {}
    : { requests: about.map(({ text, times }) => ({ request: text, times })), ...(more > 0 && { more }) },
);

/** Log-ins that failed. */
export const failedLogins: NoteKind = prompt('audit.log.login_failed');

/** Users locked out of a source. */
export const lockedOut: NoteKind = prompt('audit.log.locked_out');

function prompt(type: string, told: (count: Counted) => object = () => ({})): NoteKind {
  const attempts = ({ times, since }: Counted) => ({
    attempts: times,
    ...(times > 1 && { since: microsText(since) }),
  });
  return {
    type,
    outcome: 'failure',
    telling: 'promptly',
    told: (count) => ({ ...attempts(count), ...told(count) }),
  };
}

interface Tally {
  readonly first: Occurrence;
  since: Instant;
  times: number;
  about: Map<string, { times: number; rows: number }>;
  more: number;
}

/** @param record makes a note durable: the work `recordNote` in the writer. */
export function createNotes(options: {
  readonly record: (note: Note) => Promise<unknown>;
  readonly now: Clock;
  readonly entriesMax?: number;
  readonly windowMs?: number;
}): Notes {
  const { record, now, entriesMax = limits.notesMax, windowMs = limits.noteMs } = options;
  const tallies = new Map<string, Tally>();
  let timer: NodeJS.Timeout | undefined;

  const wait = (): void => {
    timer ??= setTimeout(() => void flush(), windowMs).unref();
  };
  const tell = async (tally: Tally): Promise<void> => {
    if (tally.times === 0) return;
    try {
      await record(noteOf(tally));
    } catch (error) {
      merge(tallyOf(tallies, tally.first, tally.since), tally);
      wait();
      throw error;
    }
  };
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const due = [...tallies.values()];
    tallies.clear();
    await Promise.allSettled(due.map(tell));
  };
  const makeRoom = (): void => {
    for (const [key, tally] of tallies) {
      if (tally.first.kind.telling === 'promptly') continue;
      tallies.delete(key);
      tell(tally).catch(() => undefined);
      return;
    }
  };

  return {
    flush,
    async note(occurrence) {
      wait();
      const known = tallies.get(keyOf(occurrence));
      if (known !== undefined) return count(known, occurrence, now());
      const full = tallies.size >= entriesMax;
      if (occurrence.kind.telling === 'later') {
        // Readers are known users: each of them is told, the oldest early where there are too many at a time.
        if (full) makeRoom();
        return count(tallyOf(tallies, occurrence, now()), occurrence, now());
      }
      // Strangers may come with any number of names: beyond the bound they are told together.
      if (full) return count(tallyOf(tallies, collective(occurrence), now()), occurrence, now());
      tallyOf(tallies, occurrence, now());
      const first = emptyTally(occurrence, now());
      count(first, occurrence, now());
      await tell(first);
    },
  };
}

/** Work: records one note. */
export function recordNote(tx: Transaction, { doer, happening }: Note, scene: Scene): null {
  return append(tx, scene, doer, () => ({ events: [happening], result: null }));
}

/** Everything of one kind that has no room of its own: who it was can no longer be told. */
function collective({ kind, target, doer }: Occurrence): Occurrence {
  const { interface: through } = doer.context;
  const context: Context = { absent: 'several sources', ...(through && { interface: through }) };
  const anybody = { actor: { type: doer.actor.type, guid: 'several' }, name: '', username: '', context };
  const several = { type: target.type, guid: 'several' };
  return { kind, subject: [], doer: anybody, target: several, targetName: '' };
}

function tallyOf(tallies: Map<string, Tally>, occurrence: Occurrence, at: Instant): Tally {
  const key = keyOf(occurrence);
  const known = tallies.get(key);
  if (known !== undefined) return known;
  const tally = emptyTally(occurrence, at);
  tallies.set(key, tally);
  return tally;
}

function emptyTally(first: Occurrence, since: Instant): Tally {
  return { first, since, times: 0, about: new Map(), more: 0 };
}

function count(tally: Tally, { about }: Occurrence, at: Instant): void {
  if (tally.times === 0) tally.since = at;
  tally.times += 1;
  if (about !== undefined) addAbout(tally, about.text, 1, about.rows);
}

/** Adds what could not be recorded to what has been counted meanwhile. */
function merge(tally: Tally, unrecorded: Tally): void {
  tally.since = Math.min(tally.since, unrecorded.since);
  tally.times += unrecorded.times;
  tally.more += unrecorded.more;
  for (const [text, { times, rows }] of unrecorded.about) addAbout(tally, text, times, rows);
}

function addAbout(tally: Tally, whole: string, times: number, rows: number): void {
  const text = notable(whole);
  const known = tally.about.get(text);
  if (known === undefined && tally.about.size >= limits.readFiltersMax) tally.more += times;
  else tally.about.set(text, { times: (known?.times ?? 0) + times, rows: (known?.rows ?? 0) + rows });
}

/** A text from outside, so that an event can hold it: bounded, and of characters that every store takes. */
export function notable(text: string): string {
  return text.slice(0, limits.contextCharactersMax).toWellFormed().replaceAll('\0', '\ufffd');
}

function keyOf({ kind, subject }: Occurrence): string {
  return JSON.stringify([kind.type, ...subject]);
}

function noteOf({ first, since, times, about, more }: Tally): Note {
  const { kind, doer, target, targetName, data } = first;
  const list = [...about].map(([text, seen]) => ({ text, ...seen }));
  const told = kind.told({ times, since, about: list, more });
  const happening = {
    type: kind.type,
    target,
    targetName,
    outcome: kind.outcome,
    data: { ...data, ...told },
  };
  return { doer, happening };
}
