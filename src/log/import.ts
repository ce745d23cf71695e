// Events from elsewhere into the log: a batch of lines in, each kept, known or refused with its number and reason.
// Runs in the writer. Importing the same lines again changes nothing: even a refused line is told of only once.
import { AppError } from '../core/error.ts';
import { derivedGuid, type Guid } from '../core/guid.ts';
import { JsonRefused, readJson } from '../core/json.ts';
import { limits } from '../core/limits.ts';
import type { EventDraft, Outcome, StoredEvent } from '../event/event.ts';
import { compareKnown, IntakeRefused, intake } from '../event/intake.ts';
import type { Scene, Transaction } from '../store/contract.ts';
import { draftOf, NotAnEvent } from '../wire/event.ts';
import { append, type Doer, type Happening } from './append.ts';

export interface Refusal {
  readonly line: number;
  readonly reason: string;
}

/** A line as text, or why its bytes cannot be read as one. */
export type ImportLine = string | { readonly unreadable: string };

export interface ImportBatch {
  readonly origin: string;
  readonly doer: Doer;
  /** Number of the first line, from 1. */
  readonly firstLine: number;
  readonly lines: readonly ImportLine[];
}

export interface ImportCounts {
  readonly new: number;
  readonly known: number;
  readonly refused: number;
  /** Of the new ones, those whose guid the log has under another origin already: probably the same once more. */
  readonly elsewhere: number;
  readonly refusals: readonly Refusal[];
}

/** What an import as a whole leaves behind: its own event. */
export interface ImportEnd {
  readonly origin: string;
  readonly doer: Doer;
  /** Of what was read; all of it where the outcome is success. */
  readonly sha256: string;
  readonly counts: Omit<ImportCounts, 'refusals'>;
  readonly outcome: Outcome;
}

const originName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Throws BadQueryParameter unless the text can name an origin from outside. */
export function checkOrigin(origin: string): void {
  if (originName.test(origin)) return;
  throw new AppError('BadQueryParameter', [
    `origin ${JSON.stringify(origin)} is not a name: letters, digits, '.', '_' and '-', at most 63, a letter or digit first`,
  ]);
}

/** Takes one batch; each line stands for itself. */
export function importLines(tx: Transaction, batch: ImportBatch, scene: Scene): ImportCounts {
  const counts = { new: 0, known: 0, refused: 0, elsewhere: 0 };
  const refusals: Refusal[] = [];
  const told: Happening[] = [];
  for (const [index, line] of batch.lines.entries()) {
    if (typeof line === 'string' && line.trim() === '') continue;
    const outcome = importLine(tx, line, batch.origin, scene);
    counts[outcome.kind] += 1;
    if (outcome.isElsewhere === true) counts.elsewhere += 1;
    if (outcome.reason !== undefined)
      refusals.push({ line: batch.firstLine + index, reason: outcome.reason });
    const { happening } = outcome;
    if (happening !== undefined && !isTold(tx, told, happening)) told.push(happening);
  }
  append(tx, scene, batch.doer, () => ({ events: told, result: null }));
  return { ...counts, refusals };
}

/** Records that an import took place. */
export function endImport(tx: Transaction, end: ImportEnd, scene: Scene): null {
  const { origin, doer, sha256, counts, outcome } = end;
  const happening: Happening = {
    type: 'audit.log.import',
    target: { type: 'origin', guid: origin },
    targetName: origin,
    data: { sha256, ...counts },
    outcome,
  };
  return append(tx, scene, doer, () => ({ events: [happening], result: null }));
}

/** Whether an event whose guid follows from what happened is in the log already, or about to be. */
function isTold(tx: Transaction, told: readonly Happening[], { guid }: Happening): boolean {
  if (guid === undefined) return false;
  return tx.event('', guid) !== undefined || told.some((other) => other.guid === guid);
}

interface LineOutcome {
  readonly kind: 'new' | 'known' | 'refused';
  readonly reason?: string;
  readonly happening?: Happening;
  readonly isElsewhere?: boolean;
}

function importLine(tx: Transaction, line: ImportLine, origin: string, scene: Scene): LineOutcome {
  if (typeof line !== 'string') return { kind: 'refused', reason: line.unreadable };
  if (Buffer.byteLength(line) > limits.importLineBytesMax) {
    return { kind: 'refused', reason: `longer than ${limits.importLineBytesMax} bytes` };
  }
  try {
    const draft = draftOf(readJson(line));
    const row = intake(draft, origin, scene.now(), scene.random);
    const origins = tx.originsOf(row.guid);
    if (!origins.includes(origin)) {
      tx.append([row]);
      return { kind: 'new', isElsewhere: origins.length > 0 };
    }
    const stored = tx.event(origin, row.guid);
    // An event that was disposed of does not come back.
    return stored === undefined ? { kind: 'known' } : again(tx, stored, draft);
  } catch (error) {
    if (!(error instanceof JsonRefused || error instanceof NotAnEvent || error instanceof IntakeRefused))
      throw error;
    return { kind: 'refused', reason: error.message };
  }
}

/** A guid that the log has already: the same, richer, or in contradiction. */
function again(tx: Transaction, stored: StoredEvent, draft: EventDraft): LineOutcome {
  const comparison = compareKnown(stored, draft);
  if (comparison.kind === 'known') return { kind: 'known' };
  const about = {
    target: { type: 'event', guid: stored.guid },
    targetName: stored.type,
    organizationGuid: '',
  };
  if (comparison.kind === 'richer') {
    tx.supplement(stored.id, comparison.additions);
    const data = { origin: stored.origin, additions: comparison.additions };
    return { kind: 'known', happening: { type: 'audit.log.supplemented', ...about, data } };
  }
  const { fields } = comparison;
  return {
    kind: 'refused',
    reason: `event ${stored.guid} is in the log already, with another ${fields.join(', ')}`,
    happening: {
      guid: conflictGuid(stored, draft, fields),
      type: 'audit.log.conflict',
      ...about,
      data: { origin: stored.origin, fields },
      outcome: 'failure',
    },
  };
}

/**
 * A UUID of version 8 (RFC 9562) from what contradicts what: the same conflict has the same guid. Of both accounts it
 * takes only what is never erased: with a digest of data or names anybody could go on testing guesses at them.
 */
function conflictGuid({ origin, guid }: StoredEvent, draft: EventDraft, fields: readonly string[]): Guid {
  const { occurredAt, type, actor, target, spaceGuid, organizationGuid } = draft;
  const head = [
    occurredAt,
    type,
    actor.type,
    actor.guid,
    target.type,
    target.guid,
    spaceGuid,
    organizationGuid,
  ];
  return derivedGuid([origin, guid, fields, head]);
}
