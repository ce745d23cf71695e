// One question to a witness (C2SP tlog-witness, add-checkpoint) and what its answer amounts to. Whoever answers may be
// anybody: time and size are bounded, redirections are not followed, and a cosignature is believed when it verifies.
import { limits } from '../core/limits.ts';
import { type AddCheckpoint, formatAddCheckpoint, parseCosignatures } from '../merkle/add-checkpoint.ts';
import { readDecimal } from '../merkle/field.ts';
import { sameHash } from '../merkle/hash.ts';
import { Malformed } from '../merkle/malformed.ts';
import { NoteRefused, type NoteSignature, parseNote, type VerifierKey, verifiedBy } from '../merkle/note.ts';

/** A witness of the policy that can be asked. */
export interface AskedWitness {
  /** As the policy calls it. */
  readonly name: string;
  readonly key: VerifierKey;
  /** Its submission prefix. */
  readonly url: string;
}

export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly signature: NoteSignature }
  /** It refuses the old size (409). `size` is what it cosigned last; null where it does not say. */
  | { readonly kind: 'conflict'; readonly size: number | null }
  /** It does not find the new tree to begin with the old one (422). */
  | { readonly kind: 'unproven' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Line {
  readonly fetch: typeof fetch;
  readonly answerMsMax?: number;
  /** Ends the question early: the program stops. */
  readonly stop: AbortSignal;
}

/** Asks a witness to cosign. Never throws. */
export async function submit(
  witness: AskedWitness,
  question: AddCheckpoint,
  line: Line,
): Promise<WitnessAnswer> {
  const { answerMsMax = limits.witnessAnswerMsMax, stop } = line;
  try {
    const answer = await line.fetch(`${witness.url.replace(/\/+$/, '')}/add-checkpoint`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: formatAddCheckpoint(question.oldSize, question.proof, question.note),
      signal: AbortSignal.any([stop, AbortSignal.timeout(answerMsMax)]),
    });
    const body = await bodyOf(answer);
    if (body === null) return failed(`its answer is larger than ${limits.witnessAnswerBytesMax} bytes`);
    return read(answer, body, witness.key, question.note);
  } catch (error) {
    return failed(reasonOf(error, answerMsMax));
  }
}

function read(answer: Response, body: string, key: VerifierKey, note: string): WitnessAnswer {
  const { status } = answer;
  if (status === 200) return cosignature(body, key, note);
  if (status === 409) return { kind: 'conflict', size: sizeIn(answer, body) };
  if (status === 422) return { kind: 'unproven' };
  return failed(meanings[status] ?? `it answered ${status}`);
}

const meanings: Readonly<Record<number, string>> = {
  400: 'it takes the request for malformed (400)',
  403: "it trusts none of the log's keys (403)",
  404: 'it does not know the origin of this log, or nothing answers at this address (404)',
};

/** The first cosignature by the witness's key; those by other keys are passed over. */
function cosignature(body: string, key: VerifierKey, note: string): WitnessAnswer {
  const own = parseCosignatures(body).filter(({ name, id }) => name === key.name && sameHash(id, key.id));
  const [signature] = own;
  if (signature === undefined) return failed('its answer has no cosignature by its key');
  verifiedBy({ text: parseNote(note).text, signatures: own }, [key]);
  return { kind: 'cosigned', signature };
}

function sizeIn(answer: Response, body: string): number | null {
  const type = answer.headers.get('content-type')?.split(';', 1)[0]?.trim();
  if (type !== 'text/x.tlog.size' || !body.endsWith('\n')) return null;
  return readDecimal(body.slice(0, -1), 'the size that it tells');
}

/** The body as text; null where it is larger than an answer can be. */
async function bodyOf(answer: Response): Promise<string | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body ?? []) {
    length += piece.length;
    if (length > limits.witnessAnswerBytesMax) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function failed(reason: string): WitnessAnswer {
  return { kind: 'failed', reason };
}

function reasonOf(error: unknown, answerMsMax: number): string {
  if (error instanceof Malformed || error instanceof NoteRefused)
    return `its answer is wrong: ${error.message}`;
  if (!(error instanceof Error)) return 'it cannot be reached';
  if (error.name === 'TimeoutError') return `it gave no answer within ${answerMsMax / 1000} seconds`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
  return `it cannot be reached (${code})`;
}
