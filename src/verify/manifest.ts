// The manifest of an evidence bundle (docs/reference/evidence.md): what was exported, from where, by which filters,
// and the digests of the files. Written by exports, read strictly here.
import { createHash } from 'node:crypto';
import { type Instant, microsText, parseInstant } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { product } from '../core/version.ts';
import { Malformed, quoted } from '../merkle/malformed.ts';
import { fieldsOf, readDocument } from './fields.ts';
import { piecesOf } from './regular-file.ts';

export const evidenceFormat = 'hansard-evidence/1';

/** Names within a bundle's folder. */
export const manifestName = 'manifest.json';
export const evidenceName = 'evidence.ndjson';
export const checkpointName = 'checkpoint';

/** What a manifest beside a single exported file is called: the file's name and this. */
export const manifestSuffix = '.manifest.json';

export interface ManifestFile {
  /** Without any folder. */
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** One tree that events of the bundle are proved in. */
export interface ManifestLog {
  readonly epoch: number;
  /** The origin line of its checkpoint. */
  readonly origin: string;
  /** Name of the file that holds the checkpoint's note. */
  readonly checkpoint: string;
  /** How many of the events lie in this tree; at least one. */
  readonly count: number;
  /** The smallest and the largest of their leaf indexes. */
  readonly first_index: number;
  readonly last_index: number;
}

export interface Manifest {
  readonly format: typeof evidenceFormat;
  /** The program that wrote it, with its version. */
  readonly tool: string;
  /** RFC 3339. */
  readonly created_at: string;
  /** The address of the server that was asked; null where a data folder was. */
  readonly server: string | null;
  /** What was asked for, in the words of the command or the API, one condition each. */
  readonly filters: readonly string[];
  /** Events in each of the exported files. */
  readonly count: number;
  /** Nearly always one; none where nothing is proved. */
  readonly logs: readonly ManifestLog[];
  /** Every file but the manifest itself. */
  readonly files: readonly ManifestFile[];
}

/** A manifest of this program, made at an instant. */
export function manifestOf(
  parts: Omit<Manifest, 'format' | 'tool' | 'created_at'>,
  createdAt: Instant,
): Manifest {
  const tool = `${product.name} ${product.version}`;
  return { format: evidenceFormat, tool, created_at: microsText(createdAt), ...parts };
}

/** The text of the file. Throws Malformed where it could not be read again. */
export function formatManifest(manifest: Manifest): string {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  readManifest(text);
  return text;
}

/**
 * The digest of a file that the manifest lists; of a longer one, that of one byte more than is listed. Rejects with
 * Malformed where it is not a regular file, else with what the file system says.
 */
export async function digestOf(
  path: string,
  { name, bytes: listed }: Pick<ManifestFile, 'name' | 'bytes'>,
): Promise<ManifestFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of piecesOf(path, listed)) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { name, bytes, sha256: hash.digest('hex') };
}

const members = ['format', 'tool', 'created_at', 'server', 'filters', 'count', 'logs', 'files'];
const logMembers = ['epoch', 'origin', 'checkpoint', 'count', 'first_index', 'last_index'];

/** Reads a manifest. Throws Malformed. */
export function readManifest(text: string): Manifest {
  const fields = fieldsOf(readDocument(text, 'the manifest'), 'the manifest', members);
  const format = fields.text('format');
  if (format !== evidenceFormat) {
    throw new Malformed(`the manifest is of the format ${quoted(format)}, not ${evidenceFormat}`);
  }
  const created_at = fields.text('created_at');
  if (parseInstant(created_at) === null) {
    throw new Malformed(`the member created_at of the manifest is ${quoted(created_at)}, not a time`);
  }
  const files = fields.items('files').map(readFileEntry);
  if (files.length > limits.manifestFilesMax) {
    throw new Malformed(`the manifest lists more than ${limits.manifestFilesMax} files`);
  }
  const names = files.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new Malformed(`the manifest lists ${quoted(twice)} twice`);
  const logs = fields.items('logs').map(readLog);
  const unlisted = logs.find(({ checkpoint }) => !names.includes(checkpoint));
  if (unlisted !== undefined) {
    throw new Malformed(`the manifest does not list the checkpoint ${quoted(unlisted.checkpoint)}`);
  }
  if (new Set(logs.map(({ epoch }) => epoch)).size < logs.length) {
    throw new Malformed('the manifest names an epoch twice');
  }
  return {
    format: evidenceFormat,
    tool: fields.text('tool'),
    created_at,
    server: fields.textOrNull('server'),
    filters: fields.texts('filters'),
    count: fields.count('count'),
    logs,
    files,
  };
}

type Item = Parameters<typeof fieldsOf>[0];

function readLog(item: Item): ManifestLog {
  const fields = fieldsOf(item, 'a log of the manifest', logMembers);
  return {
    epoch: fields.count('epoch'),
    origin: fields.text('origin'),
    checkpoint: readName(fields.text('checkpoint')),
    count: fields.count('count'),
    first_index: fields.count('first_index'),
    last_index: fields.count('last_index'),
  };
}

function readFileEntry(item: Item): ManifestFile {
  const fields = fieldsOf(item, 'a file of the manifest', ['name', 'bytes', 'sha256']);
  const sha256 = fields.text('sha256');
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new Malformed(`the sha256 ${quoted(sha256)} in the manifest is not 64 lower-case hex digits`);
  }
  return { name: readName(fields.text('name')), bytes: fields.count('bytes'), sha256 };
}

/** A name that cannot lead out of the bundle's folder. */
function readName(name: string): string {
  if (/^[^/\\\0]+$/.test(name) && name !== '.' && name !== '..' && name !== manifestName) return name;
  throw new Malformed(`the manifest names the file ${quoted(name)}: a name without a folder was expected`);
}
