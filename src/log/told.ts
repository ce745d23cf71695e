// What was done to events after they were sealed, held against what the log itself tells of it: names that a later
// source added (audit.log.supplemented), parts that were erased (audit.log.erase, audit.log.dispose), and segments that
// were dropped (audit.log.dispose). A leaf commits to none of it, so that somebody who has the store could do it in
// silence.
import { isDeepStrictEqual } from 'node:util';
import { type Instant, parseInstant } from '../core/instant.ts';
import { jsonOf, jsonText } from '../core/json.ts';
import { limits } from '../core/limits.ts';
import type { Erasable, LeafPlace, Particulars, StoredEvent } from '../event/event.ts';
import { redact } from '../event/redact.ts';
import type { Addition, Inspection } from '../store/contract.ts';
import { every } from '../store/table.ts';
import { explains } from './retention.ts';
import { tallyTable } from './retention-table.ts';
import { tallyOf } from './tally.ts';

const supplemented = 'audit.log.supplemented';

/** What was done to events and is not told of, as sentences. */
export async function untold(store: Inspection): Promise<string[]> {
  const drops = await silentDrops(store);
  const added = await strangeAdditions(store);
  // Whoever reads an event reads what was added to it: where that is not as it was, no event can be relied on.
  if (added.length > 0) return [...added, ...drops];
  return [...(await lostAdditions(store)), ...(await silentErasures(store)), ...drops];
}

/** Events that one disposal took, as its certificate tells of them. */
interface Certified {
  readonly events: number;
  readonly first: LeafPlace;
  readonly last: LeafPlace;
  /** Of the later of each event's two times. */
  readonly from: Instant;
  readonly to: Instant;
}

/** Of all certificates, and of what waits for the next one. */
async function certifiedParts(store: Inspection, depth: 'erased' | 'dropped'): Promise<Certified[]> {
  const [row] = await store.rows(tallyTable, { where: every, limit: 1 });
  const waiting = tallyOf(row)[depth];
  const parts: Certified[] = waiting === null ? [] : [waiting];
  for await (const { data } of ownEvents(store, 'audit.log.dispose')) {
    const part = (JSON.parse(data) as Partial<Record<typeof depth, PartTold>>)[depth];
    if (part !== undefined) parts.push({ ...part, from: instantOf(part.from), to: instantOf(part.to) });
  }
  return parts;
}

interface PartTold extends Omit<Certified, 'from' | 'to'> {
  readonly from: string;
  readonly to: string;
}

function instantOf(text: string): Instant {
  return parseInstant(text)?.instant ?? Number.NaN;
}

/** What was done is read before what tells of it: a server that goes on meanwhile tells in the same transaction. */
async function silentDrops(store: Inspection): Promise<string[]> {
  const dropped = await droppedPlaces(store);
  const certified = await certifiedParts(store, 'dropped');
  return dropped
    .filter((place) => !certified.some(({ last }) => isUpTo(place, last)))
    .map(({ epoch, index }) => `No certificate tells of the events up to leaf ${index} of epoch ${epoch}.`);
}

/** The last leaf of each epoch before which all events are gone. */
async function droppedPlaces(store: Inspection): Promise<LeafPlace[]> {
  const places: LeafPlace[] = [];
  for (const epoch of await store.epochs()) {
    const index = (await store.minimumIndex(epoch)) - 1;
    if (index >= 0) places.push({ epoch, index });
  }
  return places;
}

/** Additions that are not those that the events tell. */
async function strangeAdditions(store: Inspection): Promise<string[]> {
  const faults: string[] = [];
  for (let after = 0, page = await store.additions(supplemented, after); page.length > 0; ) {
    faults.push(
      ...page
        .filter((addition) => !isToldOf(addition))
        .map(({ eventId }) => `What was added to event ${eventId} of the store is not what the log tells.`),
    );
    after = page.at(-1)?.eventId ?? after;
    page = await store.additions(supplemented, after);
  }
  return faults;
}

function isToldOf({ origin, particulars, told }: Addition): boolean {
  // Nothing is left to compare with; whether what told of it may be gone is asked of every event.
  if (told.some(isSilent)) return true;
  const all = told.map(additionTold).filter((one) => one.origin === origin);
  if (all.length === 0) return false;
  const sum = all.map(({ additions }) => additions).reduce(joined);
  const kept = parsed(particulars);
  return kept !== null && isDeepStrictEqual(shown(sum), shown(kept));
}

/** null where the store keeps something that is no JSON object. */
function parsed(particulars: string): Particulars | null {
  try {
    const value: unknown = JSON.parse(particulars);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** What the events tell was added, and is not there any more although the event's names are. */
async function lostAdditions(store: Inspection): Promise<string[]> {
  const faults: string[] = [];
  for await (const told of ownEvents(store, supplemented)) {
    if (isSilent(told)) continue;
    const { origin, additions } = additionTold(told);
    const event = await store.event(origin, told.target.guid);
    if (event === undefined || event.erased.includes('particulars') || has(event.particulars, additions))
      continue;
    faults.push(`What was added to event ${event.id} of the store is gone, although the log tells of it.`);
  }
  return faults;
}

/**
 * Events that have lost a part which nothing says was erased: each is decided for itself, and those that certificates
 * cover are counted, so that not even an event among theirs went with them.
 */
async function silentErasures(store: Inspection): Promise<string[]> {
  const faults: string[] = [];
  let certified = await certifiedParts(store, 'erased');
  let disposed = 0;
  for (let after = 0, page = await store.erased(after); page.length > 0; page = await store.erased(after)) {
    for (const event of page) {
      // A server that goes on meanwhile may have certified it only now.
      if (!isDisposed(event, certified) && !(await isTold(store, event)))
        certified = await certifiedParts(store, 'erased');
      if (isDisposed(event, certified)) disposed += 1;
      else if (!(await isTold(store, event)))
        faults.push(`Event ${event.id} of the store has lost what it said, and the log does not tell.`);
      if (faults.length === limits.findingsMax) return faults;
    }
    after = page.at(-1)?.id ?? after;
  }
  certified = await certifiedParts(store, 'erased');
  const most = (await countOf(store, certified)) + (await toldAmong(store, certified));
  if (disposed > most)
    faults.push(`${disposed} events have lost what they said in disposals; the log tells of ${most}.`);
  return faults;
}

/** Whether a certificate covers the event: a disposal takes both parts of what is past its term, and of nothing else. */
function isDisposed(event: StoredEvent, certified: readonly Certified[]): boolean {
  const { type, sealed, erased, occurredAt, recordedAt } = event;
  if (sealed === null || erased.length < 2 || explains(type)) return false;
  const at = Math.max(occurredAt, recordedAt);
  return certified.some(
    ({ first, last, from, to }) => isUpTo(first, sealed) && isUpTo(sealed, last) && from <= at && at <= to,
  );
}

/** Whether erasures name each part that the event has lost. */
async function isTold(store: Inspection, event: StoredEvent): Promise<boolean> {
  const { origin, guid, type, erased } = event;
  if (explains(type)) return false;
  const named = (await store.about('audit.log.erase', { type: 'event', guid }))
    .map(({ data }) => JSON.parse(data) as ErasureTold)
    .filter((told) => told.origin === origin)
    .flatMap(({ parts }) => parts);
  const rest = erased.filter((part) => !named.includes(part));
  if (rest.length === 0) return true;
  return origin === '' && type === supplemented && rest.join() === 'data' && isAboutErased(store, event);
}

interface ErasureTold {
  readonly origin: string;
  readonly parts: readonly Erasable[];
}

/** With the names of an event goes what tells of additions to them; of which origin it was is gone with it. */
async function isAboutErased(store: Inspection, { target: { guid } }: StoredEvent): Promise<boolean> {
  for (const origin of await store.originsOf(guid)) {
    const event = await store.event(origin, guid);
    if (event === undefined || event.erased.includes('particulars')) return true;
  }
  return false;
}

/** How many events certificates tell of, those left aside all of whose events are gone with their segments. */
async function countOf(store: Inspection, certified: readonly Certified[]): Promise<number> {
  const dropped = (await droppedPlaces(store)).at(-1);
  return certified
    .filter(({ last }) => dropped === undefined || !isUpTo(last, dropped))
    .reduce((sum, { events }) => sum + events, 0);
}

/** How many events stand among those of certificates and were erased for themselves: no certificate counts them. */
async function toldAmong(store: Inspection, certified: readonly Certified[]): Promise<number> {
  let events = 0;
  for await (const { id, target, data } of ownEvents(store, 'audit.log.erase')) {
    const event = await store.event((JSON.parse(data) as ErasureTold).origin, target.guid);
    if (event === undefined || !isDisposed(event, certified) || !(await isTold(store, event))) continue;
    const [first] = (await store.about('audit.log.erase', target)).filter(
      (told) => (JSON.parse(told.data) as ErasureTold).origin === event.origin,
    );
    if (first?.id === id) events += 1;
  }
  return events;
}

async function* ownEvents(store: Inspection, type: string): AsyncGenerator<StoredEvent> {
  for (let page = await store.own(type, 0); page.length > 0; ) {
    yield* page;
    page = await store.own(type, page.at(-1)?.id ?? 0);
  }
}

interface AdditionTold {
  readonly origin: string;
  readonly additions: Particulars;
}

function additionTold({ data }: StoredEvent): AdditionTold {
  return JSON.parse(data) as AdditionTold;
}

function isSilent({ erased }: StoredEvent): boolean {
  return erased.includes('data');
}

/** Later additions only ever bring what was not known. */
function joined(sum: Particulars, { context, ...names }: Particulars): Particulars {
  return { ...sum, ...names, ...(context && { context: { ...sum.context, ...context } }) };
}

/** Particulars as an event's data shows them. */
function shown(particulars: Particulars): unknown {
  return JSON.parse(jsonText(redact(supplemented, jsonOf({ additions: particulars }))));
}

function has(particulars: Particulars, { context = {}, ...names }: Particulars): boolean {
  const known: Readonly<Record<string, unknown>> = { ...particulars };
  const around: Readonly<Record<string, unknown>> = { ...particulars.context };
  return (
    Object.keys(names).every((name) => known[name] != null) &&
    Object.keys(context).every((name) => around[name] !== undefined)
  );
}

function isUpTo(one: LeafPlace, other: LeafPlace): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.index <= other.index);
}
