// Evidence for exported events: asked for some at a time, held against what was served, and written line by line beside
// them. An event that came after the export's checkpoint cannot be proved by it and is left out.
import { JsonRefused } from '../core/json.ts';
import { limits } from '../core/limits.ts';
import { parsed, textAt } from '../export/field.ts';
import type { ExportRecord } from '../export/record.ts';
import type { Sink } from '../export/sink.ts';
import { Malformed } from '../merkle/malformed.ts';
import { opened, type ProvenEvent, readEvidence } from '../verify/evidence.ts';
import type { ManifestLog } from '../verify/manifest.ts';
import { compared } from '../verify/resource.ts';
import { chunked } from './events.ts';
import { refusal, textOf } from './exchange.ts';
import type { Notice } from './export-notice.ts';
import { CliFailure } from './failure.ts';
import type { Remote } from './remote.ts';
import { visible } from './terminal.ts';

/** What lies in the tree of one epoch. */
type Span = Pick<ManifestLog, 'count' | 'first_index' | 'last_index'>;

export interface ProofTally {
  /** By the number of the epoch. */
  readonly spans: Map<number, Span>;
  /** Events that came after the checkpoint. */
  later: number;
}

/** The events that can be proved; their evidence goes to the sink, in the same order. */
export async function* proven(
  remote: Remote,
  notice: Notice,
  events: AsyncIterable<ExportRecord>,
  evidence: Sink,
  tally: ProofTally,
): AsyncGenerator<ExportRecord> {
  for await (const chunk of chunked(events, limits.evidenceEventsMax)) {
    const lines = await linesFor(remote, notice, chunk);
    const kept = chunk.flatMap((event, at) => {
      const line = lines[at] ?? '';
      const proof = proofIn(line, event);
      if (proof === null) tally.later += 1;
      else count(tally, proof);
      return proof === null ? [] : [{ event, line }];
    });
    await evidence.write(kept.map(({ line }) => `${line}\n`).join(''));
    for (const { event } of kept) yield event;
  }
}

/** A line for each event. An answer may end early: the rest is asked for again. */
async function linesFor(remote: Remote, { id }: Notice, events: readonly ExportRecord[]): Promise<string[]> {
  const guids = events.map((event) => event.guid);
  const lines: string[] = [];
  while (lines.length < guids.length) {
    const answer = await remote.send('/api/evidence', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ export: id, guids: guids.slice(lines.length) }),
    });
    if (!answer.ok) throw await refusal(answer);
    const more = (await textOf(answer)).split('\n').slice(0, -1);
    if (more.length === 0) throw new CliFailure('The server answers no evidence.');
    lines.push(...more);
  }
  return lines;
}

/** The proof of an event; null for one that came too late. Throws CliFailure where it is not of this event. */
function proofIn(line: string, event: ExportRecord): ProvenEvent | null {
  const missing = textAt(parsed(line), 'missing');
  if (missing === 'later') return null;
  const guid = visible(event.guid);
  if (missing !== '') throw new CliFailure(`Event ${guid} can no longer be seen: start again.`);
  try {
    const proof = readEvidence(line);
    const { leaf } = opened(proof);
    const { different } = compared(event.source, leaf, proof);
    if (different.length === 0) return proof;
    throw new CliFailure(
      `Event ${guid} was served otherwise than it was sealed (${different.join(', ')}), or two platforms have used ` +
        'its guid: it cannot be proved.',
    );
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof JsonRefused)) throw error;
    throw new CliFailure(`The evidence of event ${guid} cannot be read: ${visible(error.message)}.`);
  }
}

function count({ spans }: ProofTally, { epoch, index }: ProvenEvent): void {
  const span = spans.get(epoch) ?? { count: 0, first_index: index, last_index: index };
  spans.set(epoch, {
    count: span.count + 1,
    first_index: Math.min(span.first_index, index),
    last_index: Math.max(span.last_index, index),
  });
}
