// A witness, as C2SP tlog-witness has it and no larger: keeps the size and root that it cosigned last of each log in a
// file, and cosigns what is proven to go on from there. For tests of a log that asks witnesses over real HTTP.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AddCheckpoint, parseAddCheckpoint } from '../../src/merkle/add-checkpoint.ts';
import { type Checkpoint, parseCheckpoint } from '../../src/merkle/checkpoint.ts';
import { type Cosigner, ed25519Cosigner } from '../../src/merkle/cosignature.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import {
  formatVerifierKey,
  NoteRefused,
  parseNote,
  signatureLine,
  type VerifierKey,
  verifiedBy,
} from '../../src/merkle/note.ts';
import { verifyConsistency } from '../../src/merkle/proof.ts';

export interface WitnessOptions {
  /** Name of its key. */
  readonly name?: string;
  /** The keys of the logs that it knows; may grow while it runs. */
  readonly logs: readonly VerifierKey[];
  /** Where it keeps what it has cosigned: a second witness with the same file goes on from there. */
  readonly stateFile: string;
  readonly privateKey?: KeyObject;
  /** Its clock, in seconds since 1970. */
  readonly seconds?: () => number;
  readonly cosigner?: (name: string, key: KeyObject) => Cosigner;
}

export interface Witness {
  /** Its submission prefix. */
  readonly url: string;
  readonly key: VerifierKey;
  /** The vkey. */
  readonly vkey: string;
  /** Status of every answer so far. */
  readonly statuses: readonly number[];
  /** The size that it cosigned last; 0 for a log that it does not know. */
  sizeOf(origin: string): number;
  stop(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What it cosigned last of one log; `root` in base64. */
type State = Readonly<Record<string, { readonly size: number; readonly root: string }>>;

const bodyBytesMax = 1_048_576 + 65_536;

/** Listens on a free port of 127.0.0.1. */
export async function startWitness(options: WitnessOptions): Promise<Witness> {
  const { name = 'witness.test/w', stateFile, seconds = () => 1_700_000_000 } = options;
  const { privateKey = generateKeyPairSync('ed25519').privateKey, cosigner = ed25519Cosigner } = options;
  const { key, cosign } = cosigner(name, privateKey);
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    answer(request).then(({ status, type, body }) => {
      statuses.push(status);
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
  const answer = async (request: IncomingMessage): Promise<Reply> => {
    if (request.method !== 'POST' || request.url !== '/add-checkpoint') return said(404, 'nothing is here');
    const body = await bodyOf(request);
    // From here on nothing waits: looking at the state and replacing it is one step.
    return body === null ? said(413, 'too large') : addCheckpoint(body);
  };
  const addCheckpoint = (body: string): Reply => {
    const asked = parsed(body);
    if (typeof asked === 'string') return said(400, asked);
    const { text } = parseNote(asked.note);
    const checkpoint = parseCheckpoint(text);
    const refused = refusal(asked, checkpoint, options.logs, readState(stateFile));
    if (refused !== null) return refused;
    const { origin, size, root } = checkpoint;
    const next = { ...readState(stateFile), [origin]: { size, root: Buffer.from(root).toString('base64') } };
    writeState(stateFile, next);
    return { status: 200, type: 'text/plain; charset=utf-8', body: signatureLine(cosign(text, seconds())) };
  };
  return {
    url: await listen(server),
    key,
    vkey: formatVerifierKey(key),
    statuses,
    sizeOf: (origin) => readState(stateFile)[origin]?.size ?? 0,
    stop: () => close(server),
  };
}

/** The answer to a request that is not to be cosigned, in the order of the specification; null where it is. */
function refusal(
  { oldSize, proof, note }: AddCheckpoint,
  { origin, size, root }: Checkpoint,
  logs: readonly VerifierKey[],
  state: State,
): Reply | null {
  const keys = logs.filter((key) => key.name === origin);
  if (keys.length === 0) return said(404, 'this origin is not known here');
  if (!isSignedBy(note, keys)) return said(403, 'no signature is by a trusted key');
  const last = state[origin] ?? { size: 0, root: '' };
  const conflict = { status: 409, type: 'text/x.tlog.size', body: `${last.size}\n` };
  if (oldSize !== last.size) return conflict;
  const oldRoot = Buffer.from(last.root, 'base64');
  if (oldSize === size && oldSize > 0 && !oldRoot.equals(root)) return conflict;
  const isProven =
    oldSize === 0 ? proof.length === 0 : verifyConsistency(oldSize, oldRoot, size, root, proof);
  return isProven ? null : said(422, 'the proof does not hold');
}

function isSignedBy(note: string, keys: readonly VerifierKey[]): boolean {
  try {
    return verifiedBy(parseNote(note), keys).length > 0;
  } catch (error) {
    if (error instanceof NoteRefused) return false;
    throw error;
  }
}

function parsed(body: string): AddCheckpoint | string {
  try {
    return parseAddCheckpoint(body);
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
}

function said(status: number, sentence: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}

function readState(path: string): State {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

/** Durable before anything is answered. */
function writeState(path: string, state: State): void {
  const file = openSync(`${path}.part`, 'w');
  writeFileSync(file, JSON.stringify(state));
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.part`, path);
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > bodyBytesMax) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** Listens on a free port; answers the address. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
