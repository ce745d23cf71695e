// What was done to events after they were sealed, held against what the log itself tells of it: names that a later
// source added (audit.log.supplemented), parts that were erased (audit.log.erase, audit.log.dispose), and segments that
// were dropped (audit.log.dispose). A leaf commits to none of it, so that somebody who has the store could do it in
// silence.
import { isDeepStrictEqual } from 'node:util';
import { jsonOf, jsonText } from '../core/json.ts';
import type { LeafPlace, Particulars, StoredEvent } from '../event/event.ts';
import { redact } from '../event/redact.ts';
import type { Addition, Inspection } from '../store/contract.ts';
import { every } from '../store/table.ts';
import { tallyTable } from './retention-table.ts';
import { type Part, tallyOf } from './tally.ts';

const supplemented = 'audit.log.supplemented';

/** What was done to events and is not told of, as sentences. */
export async function untold(store: Inspection): Promise<string[]> {
  // What was done is read before what tells of it: a server that goes on meanwhile tells in the same transaction.
  const erased = await store.erased(supplemented);
  const dropped = await droppedPlaces(store);
  const certified = await certifiedParts(store);
  const added = await strangeAdditions(store, certified.erased);
  return [
    ...added,
    ...(added.length > 0 ? [] : await lostAdditions(store, certified.erased)),
    ...(await silentErasures(store, erased, certified.erased)),
    ...dropped
      .filter((place) => !certified.dropped.some(({ last }) => isUpTo(place, last)))
      .map(({ epoch, index }) => `No certificate tells of the events up to leaf ${index} of epoch ${epoch}.`),
  ];
}

type CertifiedPart = Pick<Part, 'events' | 'first' | 'last'>;

interface Certified {
  readonly erased: readonly CertifiedPart[];
  readonly dropped: readonly CertifiedPart[];
}

/** Of all certificates, and of what waits for the next one. */
async function certifiedParts(store: Inspection): Promise<Certified> {
  const [row] = await store.rows(tallyTable, { where: every, limit: 1 });
  const parts: Partial<Record<keyof Certified, CertifiedPart | null>>[] = [tallyOf(row)];
  for await (const { data } of ownEvents(store, 'audit.log.dispose')) parts.push(JSON.parse(data));
  return {
    erased: parts.flatMap(({ erased }) => erased ?? []),
    dropped: parts.flatMap(({ dropped }) => dropped ?? []),
  };
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
async function strangeAdditions(store: Inspection, erased: readonly CertifiedPart[]): Promise<string[]> {
  const faults: string[] = [];
  for (let after = 0, page = await store.additions(supplemented, after); page.length > 0; ) {
    faults.push(
      ...page
        .filter((addition) => !isTold(addition, erased))
        .map(({ eventId }) => `What was added to event ${eventId} of the store is not what the log tells.`),
    );
    after = page.at(-1)?.eventId ?? after;
    page = await store.additions(supplemented, after);
  }
  return faults;
}

function isTold({ origin, particulars, told }: Addition, erased: readonly CertifiedPart[]): boolean {
  const gone = told.filter(isSilent);
  // What told of it was disposed of when its own term had ended: nothing is left to compare with.
  if (gone.length > 0) return gone.every((event) => isCertified(event, erased));
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
async function lostAdditions(store: Inspection, erased: readonly CertifiedPart[]): Promise<string[]> {
  const faults: string[] = [];
  for await (const told of ownEvents(store, supplemented)) {
    if (isSilent(told)) {
      const isSaid = isCertified(told, erased) || (await isAboutErased(store, told));
      if (!isSaid)
        faults.push(`Event ${told.id} of the store has lost what it said, and the log does not tell.`);
      continue;
    }
    const { origin, additions } = additionTold(told);
    const event = await store.event(origin, told.target.guid);
    if (event === undefined || event.erased.includes('particulars') || has(event.particulars, additions))
      continue;
    faults.push(`What was added to event ${event.id} of the store is gone, although the log tells of it.`);
  }
  return faults;
}

/** With the names of an event goes what tells of additions to them; of which origin it was is gone with it. */
async function isAboutErased(store: Inspection, { target: { guid } }: StoredEvent): Promise<boolean> {
  for (const origin of await store.originsOf(guid)) {
    const event = await store.event(origin, guid);
    if (event === undefined || event.erased.includes('particulars')) return true;
  }
  return false;
}

async function silentErasures(
  store: Inspection,
  erased: number,
  certified: readonly CertifiedPart[],
): Promise<string[]> {
  const named = new Set<string>();
  for await (const { data, target } of ownEvents(store, 'audit.log.erase'))
    named.add(`${JSON.parse(data).origin}/${target.guid}`);
  const told = certified.reduce((sum, { events }) => sum + events, named.size);
  return erased <= told
    ? []
    : [`${erased} events have lost what they said; the log tells of ${told} that were erased.`];
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

function isCertified({ sealed }: StoredEvent, parts: readonly CertifiedPart[]): boolean {
  return sealed !== null && parts.some(({ first, last }) => isUpTo(first, sealed) && isUpTo(sealed, last));
}

function isUpTo(one: LeafPlace, other: LeafPlace): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.index <= other.index);
}
