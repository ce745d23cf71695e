// Where an export goes: a file with its manifest beside it, standard output, or a folder with everything that proves it
// (docs/reference/evidence.md). Whatever it is, it is whole under its name or not there.
import { basename } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { newBundle } from '../export/bundle.ts';
import { type Digest, digesting } from '../export/digest.ts';
import { pour, type Sink } from '../export/sink.ts';
import {
  checkpointName,
  evidenceName,
  formatManifest,
  type ManifestFile,
  type ManifestLog,
  manifestName,
  manifestOf,
  manifestSuffix,
} from '../verify/manifest.ts';
import type { ProofTally } from './export-evidence.ts';
import type { Head, Notice } from './export-notice.ts';
import { CliFailure, reasonOf } from './failure.ts';
import { isStandardOutput, sinkFor } from './output.ts';

/** What the manifest says of an export. */
export interface Facts {
  readonly server: string;
  /** Conditions in words. */
  readonly filters: readonly string[];
  readonly count: number;
  /** null where the server is no Hansard. */
  readonly notice: Notice | null;
  readonly proofs: ProofTally;
}

export interface Outlet {
  /** For people; '' for standard output. */
  readonly name: string;
  readonly document: Sink;
  /** Where evidence goes; null where none is asked for. */
  readonly evidence: Sink | null;
  /** The document is finished: writes what goes with it. */
  finish(facts: Facts): Promise<void>;
  /** Nothing is to remain of it. */
  abandon(): Promise<void>;
  /** The same without waiting, for a process that ends now. */
  abandonNow(): void;
}

/** A single file or standard output, with the manifest in a file of its own unless that is null. */
export async function fileOutlet(output: string, manifest: string | null): Promise<Outlet> {
  const file = await sinkFor(output);
  const beside = await manifestSink(manifest, file);
  const { sink, digest } = digesting(file);
  return {
    name: isStandardOutput(output) ? '' : output,
    document: sink,
    evidence: null,
    async finish(facts) {
      if (beside === null || manifest === null) return;
      const name = isStandardOutput(output) ? basename(manifest, manifestSuffix) : basename(output);
      await pour(once(manifestText(facts, [{ name, ...digest() }], [])), beside);
    },
    async abandon() {
      await Promise.all([file.abandon(), beside?.abandon()]);
    },
    abandonNow() {
      file.abandonNow();
      beside?.abandonNow();
    },
  };
}

async function manifestSink(manifest: string | null, file: Sink): Promise<Sink | null> {
  if (manifest === null) return null;
  try {
    return await sinkFor(manifest);
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/** A folder: the export, the evidence of each event, the checkpoints that they are proved by, the manifest. */
export async function bundleOutlet(folder: string, extension: string): Promise<Outlet> {
  const bundle = await newBundle(folder).catch((error: unknown) => {
    throw new CliFailure(`${folder} cannot be written: ${reasonOf(error)}.`);
  });
  const documentName = `export.${extension}`;
  const document = digesting(await bundle.sink(documentName));
  const evidence = digesting(await bundle.sink(evidenceName));
  const write = async (name: string, text: string): Promise<Digest> => {
    const { sink, digest } = digesting(await bundle.sink(name));
    await pour(once(text), sink);
    return digest();
  };
  return {
    name: folder,
    document: document.sink,
    evidence: evidence.sink,
    async finish(facts) {
      await evidence.sink.finish();
      const files: ManifestFile[] = [
        { name: documentName, ...document.digest() },
        { name: evidenceName, ...evidence.digest() },
      ];
      const logs = logsOf(facts);
      for (const { checkpoint, note } of logs) {
        files.push({ name: checkpoint, ...(await write(checkpoint, note)) });
      }
      await write(manifestName, manifestText(facts, files, logs));
      await bundle.finish();
    },
    abandon: () => bundle.abandon(),
    abandonNow: () => bundle.abandonNow(),
  };
}

/** The trees that events were proved in, each with the checkpoint that proves them. */
function logsOf({ notice, proofs }: Facts): (ManifestLog & Pick<Head, 'note'>)[] {
  const heads = notice?.heads ?? [];
  return heads.flatMap(({ epoch, origin, note }, at) => {
    const span = proofs.spans.get(epoch);
    const checkpoint = at === heads.length - 1 ? checkpointName : `${checkpointName}-${epoch}`;
    return span === undefined ? [] : [{ epoch, origin, checkpoint, ...span, note }];
  });
}

function manifestText(
  { server, filters, count, notice }: Facts,
  files: readonly ManifestFile[],
  logs: readonly (ManifestLog & Pick<Head, 'note'>)[],
): string {
  const record = notice === null ? `not recorded: ${server} is no Hansard` : `recorded as event ${notice.id}`;
  const parts = {
    server,
    filters: [...filters, record],
    count,
    logs: logs.map(({ note: _, ...log }) => log),
    files,
  };
  return formatManifest(manifestOf(parts, systemClock()));
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
