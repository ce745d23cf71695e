// All events that a filter asks for, from any server that speaks the event APIs: V3, or V2 where V3 is missing.
// Pages are followed to the end by the server's own links, streamed, and begun again when a connection breaks;
// each event comes once. A page that cannot be read fails the whole: nothing is left out in silence.
import { hash } from 'node:crypto';
import { limits } from '../core/limits.ts';
import { type Found, readDocuments } from '../export/documents.ts';
import { numberAt, parsed, textAt } from '../export/field.ts';
import { type ExportRecord, recordOf } from '../export/record.ts';
import { refusal, refusalSentence, textOf } from './exchange.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { listItem } from './places.ts';
import type { Remote } from './remote.ts';

/** What the server filters by; '' and an empty list mean: all. Times are whole seconds as texts. */
export interface EventQuery {
  readonly types: readonly string[];
  readonly organizationGuid: string;
  readonly spaceGuid: string;
  readonly targetGuid: string;
  /** At or after. */
  readonly since: string;
  /** Before. */
  readonly until: string;
  readonly newestFirst: boolean;
  readonly pageEvents: number;
}

export interface FeedWatch {
  /** How many events the server says there are. */
  total(count: number): void;
  /** Something that the reader of the result should know. */
  note(sentence: string): void;
  /** Whether the reader has all that it wants: then no further page is asked for. */
  enough?(): boolean;
}

/** The first page of a query in V3. */
export function v3Path(query: EventQuery): string {
  const parts = [
    `per_page=${Math.min(query.pageEvents, limits.v3PageEvents)}`,
    `order_by=${query.newestFirst ? '-' : ''}created_at`,
  ];
  if (query.types.length > 0) parts.push(`types=${query.types.map(listItem).join(',')}`);
  if (query.targetGuid !== '') parts.push(`target_guids=${listItem(query.targetGuid)}`);
  if (query.organizationGuid !== '') parts.push(`organization_guids=${listItem(query.organizationGuid)}`);
  if (query.spaceGuid !== '') parts.push(`space_guids=${listItem(query.spaceGuid)}`);
  if (query.since !== '') parts.push(`created_ats[gte]=${query.since}`);
  if (query.until !== '') parts.push(`created_ats[lt]=${query.until}`);
  return `/v3/audit_events?${parts.join('&')}`;
}

/** The first page of a query in V2. */
export function v2Path(query: EventQuery): string {
  const filters: string[] = [];
  if (query.types.length === 1) filters.push(`type:${query.types[0]}`);
  if (query.types.length > 1) filters.push(`type IN ${query.types.join(',')}`);
  if (query.targetGuid !== '') filters.push(`actee:${query.targetGuid}`);
  if (query.organizationGuid !== '') filters.push(`organization_guid:${query.organizationGuid}`);
  if (query.spaceGuid !== '') filters.push(`space_guid:${query.spaceGuid}`);
  if (query.since !== '') filters.push(`timestamp>=${query.since}`);
  if (query.until !== '') filters.push(`timestamp<${query.until}`);
  const parts = [
    ...filters.map((filter) => `q=${encodeURIComponent(filter.replaceAll(';', ';;'))}`),
    `order-direction=${query.newestFirst ? 'desc' : 'asc'}`,
    `results-per-page=${Math.min(query.pageEvents, limits.v2PageEvents)}`,
  ];
  return `/v2/events?${parts.join('&')}`;
}

/** The events of a query in its order. Throws CliFailure when they cannot all be read. */
export async function* readEvents(
  remote: Remote,
  query: EventQuery,
  watch: FeedWatch,
): AsyncGenerator<ExportRecord> {
  let page = await firstPage(remote, query);
  const isLoop = loopGuard(page.path);
  let before: ReadonlySet<string> = new Set();
  let total: number | null = null;
  let emptyPages = 0;
  for (;;) {
    const seen = new Set<string>();
    const envelope: unknown = yield* pageEvents(remote, page, before, seen);
    const counted = numberAt(envelope, 'pagination', 'total_results') ?? numberAt(envelope, 'total_results');
    if (counted !== null) watch.total(counted);
    if (counted !== null && total !== null && counted < total) {
      watch.note(
        'The server removed old events while they were read, and may have skipped some: read them again.',
      );
    }
    total = counted;
    const path = nextPath(envelope);
    if (path === '' || watch.enough?.() === true) return;
    emptyPages = seen.size === 0 ? emptyPages + 1 : 0;
    if (isLoop(path) || emptyPages > limits.emptyPagesMax)
      throw new CliFailure('The pages of the server go round in a circle.');
    page = { path, answer: await pageAt(remote, path) };
    before = seen;
  }
}

interface Page {
  readonly path: string;
  readonly answer: Response;
}

async function firstPage(remote: Remote, query: EventQuery): Promise<Page> {
  const v3 = v3Path(query);
  const answer = await remote.send(v3);
  if (answer.ok) return { path: v3, answer };
  if (answer.status !== 404 && answer.status !== 400) throw await refusal(answer);
  const body = await textOf(answer);
  // Early V3 lacks the time filters, which V2 has always had.
  if (answer.status === 400 && !body.includes('Unknown query parameter')) {
    throw new CliFailure(refusalSentence(answer.status, body));
  }
  const v2 = v2Path(query);
  const second = await remote.send(v2);
  if (second.status === 404) {
    const { url } = remote.session();
    throw new CliFailure(
      `${url} answers neither /v3/audit_events nor /v2/events: it is no Cloud Foundry API.`,
    );
  }
  if (!second.ok) throw await refusal(second);
  return { path: v2, answer: second };
}

async function pageAt(remote: Remote, path: string): Promise<Response> {
  const answer = await remote.send(path);
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/**
 * The events of one page, without those of the page before (lists move while they are read), and at its end the
 * page's other members. A page whose connection breaks is asked for again and continued where it stopped.
 */
async function* pageEvents(
  remote: Remote,
  page: Page,
  before: ReadonlySet<string>,
  seen: Set<string>,
): AsyncGenerator<ExportRecord, unknown> {
  let { answer } = page;
  for (let tries = 1; ; tries += 1) {
    const envelope = yield* once(answer, before, seen);
    if (envelope !== null) return envelope;
    if (tries >= limits.requestTriesMax) {
      throw new CliFailure('The server cuts its answers off in the middle.', exitCodes.unreachable);
    }
    answer = await pageAt(remote, page.path);
  }
}

/** Answers null when the connection broke. */
async function* once(
  answer: Response,
  before: ReadonlySet<string>,
  seen: Set<string>,
): AsyncGenerator<ExportRecord, unknown> {
  const connection = { broken: false };
  let envelope: unknown = null;
  for await (const found of readDocuments(unlessBroken(answer, connection))) {
    if (connection.broken) return null;
    if (found.kind === 'envelope') {
      envelope = parsed(found.text);
      continue;
    }
    const record = recordIn(found);
    // Two platforms may have used one guid: only what says the very same is the same event.
    const identity = hash('sha256', record.source, 'base64');
    if (before.has(identity) || seen.has(identity)) continue;
    if (record.guid !== '') seen.add(identity);
    yield record;
  }
  if (connection.broken) return null;
  if (envelope === null) throw new CliFailure('The answer of the server is no list of events.');
  return envelope;
}

function recordIn(found: Exclude<Found, { kind: 'envelope' }>): ExportRecord {
  if (found.kind === 'refused') throw new CliFailure(`The server's list cannot be read: ${found.reason}.`);
  const record = recordOf(found.text);
  if (record === null) throw new CliFailure('The answer of the server is no list of events.');
  return record;
}

async function* unlessBroken(answer: Response, connection: { broken: boolean }): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.body ?? [];
  } catch {
    connection.broken = true;
  }
}

/** The path of the next page, '' after the last. V3 links name a host, which is taken to be the same server. */
function nextPath(envelope: unknown): string {
  const href = textAt(envelope, 'pagination', 'next', 'href') || textAt(envelope, 'next_url');
  if (href === '' || href.startsWith('/')) return href;
  const url = URL.parse(href);
  if (url === null) throw new CliFailure(`The server links to "${href}", which is no address.`);
  return url.pathname + url.search;
}

/** Finds a circle of any length while remembering one link (R. P. Brent's method). */
function loopGuard(first: string): (link: string) => boolean {
  let mark = first;
  let steps = 0;
  let stride = 1;
  return (link) => {
    if (link === mark) return true;
    steps += 1;
    if (steps === stride) {
      mark = link;
      stride *= 2;
      steps = 0;
    }
    return false;
  };
}
