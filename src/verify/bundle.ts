// The verification of an evidence bundle (docs/reference/evidence.md): the files are those that the manifest lists,
// each event of the export lies in a signed tree, and what the export says of it is what the log committed to.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { limits } from '../core/limits.ts';
import { Malformed } from '../merkle/malformed.ts';
import { type BundleCheckpoint, checkEvents } from './event-check.ts';
import { type Finding, Findings } from './finding.ts';
import {
  digestOf,
  evidenceName,
  type Manifest,
  manifestName,
  manifestSuffix,
  readManifest,
} from './manifest.ts';
import { checkNote, type Trust } from './note.ts';
import { readRegular } from './regular-file.ts';
import { csvRows, hasResources, isCsv, resourcesOf } from './rows.ts';
import { utf8Text } from './utf8.ts';

export interface BundleChecks extends Trust {
  /** Hears of events done, of all. */
  readonly onProgress?: (done: number, of: number) => void;
}

export interface BundleReport {
  readonly path: string;
  readonly manifest: Manifest;
  readonly checkpoints: readonly BundleCheckpoint[];
  /** Whether there is evidence; without it only digests and numbers of rows could be checked. */
  readonly hasProofs: boolean;
  /** Events that were proved to lie in a tree. */
  readonly proved: number;
  /** Events of which a part was erased: the proof holds, the part cannot be shown. */
  readonly erased: number;
  /** Events with names that the log learned after it had sealed them. */
  readonly later: number;
  /** Exported files whose content was not held against the evidence, for what they are. */
  readonly uncompared: readonly string[];
  /** Files in the folder that the manifest does not know. */
  readonly unlisted: readonly string[];
  readonly findings: readonly Finding[];
  readonly findingsCount: number;
}

/**
 * Verifies the folder of a bundle, or what a lone manifest lists beside it. Throws Malformed where the manifest
 * cannot be read; otherwise what is wrong is in the report.
 */
export async function verifyBundle(path: string, checks: BundleChecks = {}): Promise<BundleReport> {
  const isFolder = (await stat(path)).isDirectory();
  const manifestPath = isFolder ? join(path, manifestName) : path;
  const folder = dirname(manifestPath);
  const manifest = await manifestAt(manifestPath);
  const findings = new Findings();
  const present = await checkFiles(folder, manifest, findings);
  const checkpoints = await checkpointsOf(folder, manifest, present, checks, findings);
  const hasProofs = manifest.files.some(({ name }) => name === evidenceName);
  const exported = exportedFiles(manifest).filter((name) => present.has(name));
  let tally = { proved: 0, erased: 0, later: 0 };
  if (present.has(evidenceName)) {
    tally = await checkEvents(
      { folder, manifest, checkpoints, exported: exported.filter(hasResources) },
      findings,
      checks.onProgress,
    );
  }
  if (!hasProofs) missEvidence(manifest, checks, findings);
  await countRows(folder, exported, manifest.count, findings, present.has(evidenceName));
  const isBundle = basename(manifestPath) === manifestName;
  return {
    path,
    manifest,
    checkpoints,
    hasProofs,
    ...tally,
    uncompared: exportedFiles(manifest).filter((name) => !hasResources(name)),
    unlisted: isBundle ? await unlistedIn(folder, manifest) : [],
    findings: findings.sorted(),
    findingsCount: findings.count,
  };
}

/** Whether a path is named like a manifest beside a single file, or stands in a bundle. */
export function isManifestName(path: string): boolean {
  return basename(path) === manifestName || path.endsWith(manifestSuffix);
}

/** Reads a manifest's file. Throws Malformed. */
export async function manifestAt(path: string): Promise<Manifest> {
  const bytes = await readRegular(path, limits.manifestBytesMax);
  if (bytes.length > limits.manifestBytesMax) {
    throw new Malformed(`the manifest is longer than ${limits.manifestBytesMax} bytes`);
  }
  const text = utf8Text(bytes);
  if (text === null) throw new Malformed('the manifest is not UTF-8');
  return readManifest(text);
}

/** Whoever names keys, and a manifest that names logs, want evidence: without any, everything could be made up. */
function missEvidence({ logs }: Manifest, { keys = [], policy }: Trust, findings: Findings): void {
  if (logs.length > 0) {
    findings.add(`The manifest names checkpoints, but there is no ${evidenceName} to prove by them.`);
  }
  if (keys.length > 0 || policy !== undefined) {
    findings.add('There is no evidence: no signature could be checked.');
  }
}

/** Compares digests; answers the names of files that are there. */
async function checkFiles(folder: string, manifest: Manifest, findings: Findings): Promise<Set<string>> {
  const present = new Set<string>();
  for (const listed of manifest.files) {
    const found = await digestOf(join(folder, listed.name), listed).catch(() => null);
    if (found === null) {
      findings.add(`${listed.name} is missing, or cannot be read.`);
      continue;
    }
    present.add(listed.name);
    if (found.bytes > listed.bytes) {
      findings.add(`${listed.name} has more than the ${listed.bytes} bytes that the manifest says.`);
    } else if (found.bytes < listed.bytes) {
      findings.add(`${listed.name} has ${found.bytes} bytes, not ${listed.bytes} as the manifest says.`);
    } else if (found.sha256 !== listed.sha256) {
      findings.add(`${listed.name} has another SHA-256 than the manifest says.`);
    }
  }
  return present;
}

async function checkpointsOf(
  folder: string,
  { logs }: Manifest,
  present: ReadonlySet<string>,
  trust: Trust,
  findings: Findings,
): Promise<BundleCheckpoint[]> {
  const checkpoints: BundleCheckpoint[] = [];
  for (const log of logs.filter(({ checkpoint }) => present.has(checkpoint))) {
    const path = join(folder, log.checkpoint);
    const text = utf8Text(await readRegular(path, limits.noteBytesMax));
    const note = checkNote(text ?? '', trust);
    for (const problem of note.problems) findings.add(`${log.checkpoint}: ${problem}`);
    if (note.checkpoint !== null && note.checkpoint.origin !== log.origin) {
      findings.add(`${log.checkpoint} is of the log "${note.checkpoint.origin}", not "${log.origin}".`);
    }
    checkpoints.push({ log, text: text ?? '', note });
  }
  return checkpoints;
}

/** Files of the export itself. */
function exportedFiles({ files, logs }: Manifest): string[] {
  const others = new Set([evidenceName, ...logs.map(({ checkpoint }) => checkpoint)]);
  return files.map(({ name }) => name).filter((name) => !others.has(name));
}

/** Rows that nothing else has counted: those of CSV, and all where there is no evidence. */
async function countRows(
  folder: string,
  names: readonly string[],
  count: number,
  findings: Findings,
  isCompared: boolean,
): Promise<void> {
  for (const name of names) {
    if (hasResources(name) && isCompared) continue;
    try {
      const rows = await rowsIn(join(folder, name));
      if (rows !== null && rows !== count)
        findings.add(`${name} has ${rows} events, not ${count} as the manifest says.`);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      findings.add(`${name}: ${error.message}.`);
    }
  }
}

/** null for a kind of file whose rows cannot be counted. */
async function rowsIn(path: string): Promise<number | null> {
  if (isCsv(path)) return csvRows(path);
  if (!hasResources(path)) return null;
  let rows = 0;
  for await (const _ of resourcesOf(path)) rows += 1;
  return rows;
}

async function unlistedIn(folder: string, { files }: Manifest): Promise<string[]> {
  const known = new Set([manifestName, ...files.map(({ name }) => name)]);
  return (await readdir(folder)).filter((name) => !known.has(name)).sort();
}
