// hansard verify: whether a log, an evidence bundle or a proof holds. Needs no server but where it reads one, and trusts
// nothing that it was not given or has not verified before.
import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { parseCheckpoint } from '../merkle/checkpoint.ts';
import { Malformed } from '../merkle/malformed.ts';
import { parseNote, parseVerifierKey } from '../merkle/note.ts';
import { parsePolicy } from '../merkle/policy.ts';
import { isManifestName, verifyBundle } from '../verify/bundle.ts';
import { isLogFolder } from '../verify/directory-source.ts';
import { evidenceFormat, manifestName } from '../verify/manifest.ts';
import { verifyProofFile } from '../verify/proof-file.ts';
import { readRegular } from '../verify/regular-file.ts';
import { SourceFailure, type SourceProblem } from '../verify/source.ts';
import { CliFailure, type ExitCode, exitCodes, reasonOf, wrongUsage } from './failure.ts';
import { untilInterrupted } from './interruption.ts';
import { keysOf, knownLogs } from './known-logs.ts';
import { again, collected } from './list-option.ts';
import { logBehind, logInFolder } from './log-address.ts';
import { type Progress, startProgress } from './progress.ts';
import type { SessionChoice } from './session.ts';
import { say, visible } from './terminal.ts';
import {
  type Beforehand,
  type GivenCheckpoint,
  type LogOptions,
  type Outcome,
  trustOf,
  verifyData,
  verifyFound,
  vouchedBy,
} from './verify-logs.ts';
import { bundleJson, bundleLines, findingLines, proofJson, proofLines, verdict } from './verify-report.ts';

interface VerifyOptions extends SessionChoice {
  readonly data?: string;
  readonly key?: readonly string[];
  readonly policy?: string;
  readonly checkpoint?: readonly string[];
  readonly hashesOnly?: boolean;
  readonly forget?: boolean;
  readonly json?: boolean;
}

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .summary('check that a log, an evidence bundle or a proof holds')
    .description(
      'Check a log, an evidence bundle or a proof, by nothing but what it holds and the keys that you trust. Exit code ' +
        '0 where all holds, 1 with the first bad index where not.',
    )
    .argument('[path]', 'a published log, the folder of a bundle, a manifest, or a .tlog-proof file')
    .option(
      '--url <url>',
      "a server's log, or a log right behind an address; default: where you are logged in",
    )
    .option('--cf', "use the cf command's session even if Hansard has its own")
    .option('--data <folder>', 'a data folder, with its store; also while a server runs')
    .option('--key <vkey>', `a key that you trust, of the log or of a witness ${again}`, collected)
    .option('--policy <file>', 'which logs and witnesses you trust, and how many witnesses must have signed')
    .option(
      '--checkpoint <file>',
      `an older checkpoint that the log must have grown from ${again}`,
      collected,
    )
    .option('--hashes-only', 'the tree without its entries')
    .option('--forget', 'drop what is remembered from this address (of this folder) first')
    .option('--json', 'the whole report as JSON')
    .addHelpText(
      'after',
      `
Examples:
  hansard verify --url https://audit.example.org
  hansard verify /srv/www/log --key 'log.example/5f3a...+1f2e3d4c+AbCd...'
  hansard verify evidence-2026-q1/ --policy trust.policy
  hansard verify 0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01.tlog-proof
  hansard verify --url https://audit.example.org --checkpoint evidence-2026-q1/checkpoint
  hansard verify --data /var/lib/hansard

Of a log behind an address the keys and the newest checkpoint are remembered, in
~/.config/hansard/known-logs.json: the next time it must be the same log, and only have grown.
Without --key and --policy a remembered key counts; the first time the log's own word does.`,
    )
    .action(run);
}

async function run(path: string | undefined, options: VerifyOptions): Promise<void> {
  const named = [path, options.url, options.data].filter((target) => target !== undefined);
  if (named.length > 1) throw wrongUsage('Name one thing to verify: a path, --url or --data.');
  const beforehand = await beforehandOf(options);
  const progress = await startProgress('leaves or events');
  const outcome = await untilInterrupted(
    () => outcomeOf(path, options, beforehand, whenLong(progress)).catch(asFailure),
    () => progress.stop(),
    'Stopped.',
  ).finally(() => progress.stop());
  if (options.json === true) await say(JSON.stringify(outcome.json, null, 2));
  else for (const line of outcome.lines) await say(line);
  if (outcome.failure !== null) throw new CliFailure(outcome.failure);
}

async function outcomeOf(
  path: string | undefined,
  options: VerifyOptions,
  beforehand: Beforehand,
  onProgress: LogOptions['onProgress'],
): Promise<Outcome> {
  const { hashesOnly = false, forget = false } = options;
  const logOptions = { hashesOnly, forget, onProgress };
  if (options.data !== undefined) return verifyData(options.data, beforehand, logOptions);
  if (path === undefined) return verifyFound(await logBehind(options), beforehand, logOptions);
  const kind = await kindOf(path);
  if (kind === 'log') return verifyFound(await logInFolder(path), beforehand, logOptions);
  if (beforehand.checkpoints.length > 0 || hashesOnly || forget) {
    throw wrongUsage('--checkpoint, --hashes-only and --forget belong to the verification of a log.');
  }
  return kind === 'proof' ? proofOutcome(path, beforehand) : bundleOutcome(path, beforehand, onProgress);
}

async function bundleOutcome(
  path: string,
  beforehand: Beforehand,
  onProgress: LogOptions['onProgress'],
): Promise<Outcome> {
  const remembered = keysOf(await knownLogs());
  const report = await verifyBundle(path, { ...trustOf(beforehand, remembered), onProgress });
  const vouched = report.checkpoints.map(({ note }) => vouchedBy(note, beforehand, remembered, []));
  return {
    lines: report.findingsCount === 0 ? bundleLines(report, vouched) : findingLines(report),
    json: { kind: 'bundle', ...bundleJson(report, vouched) },
    failure: verdict(`The bundle ${visible(path)}`, report),
  };
}

async function proofOutcome(path: string, beforehand: Beforehand): Promise<Outcome> {
  const remembered = keysOf(await knownLogs());
  const text = await textIn(path, limits.proofFileCharactersMax);
  const report = verifyProofFile(text, trustOf(beforehand, remembered));
  const vouched = vouchedBy(report.note, beforehand, remembered, []);
  return {
    lines: report.findingsCount === 0 ? proofLines(report, vouched) : findingLines(report),
    json: { kind: 'proof', ...proofJson(report, vouched) },
    failure: verdict(`The proof ${visible(path)}`, report),
  };
}

type Kind = 'log' | 'bundle' | 'proof';

const expected =
  'a published log (with its file checkpoint), an evidence bundle (with manifest.json), a manifest, or a .tlog-proof file';

/** What stands at a path, by its content. Throws CliFailure (usage) for anything else. */
async function kindOf(path: string): Promise<Kind> {
  const found = await stat(path).catch((error: unknown) => {
    throw wrongUsage(`${path} cannot be verified: ${reasonOf(error)}.`);
  });
  if (found.isDirectory()) {
    if ((await stat(join(path, manifestName)).catch(() => null)) !== null) return 'bundle';
    if (await isLogFolder(path)) return 'log';
    if ((await stat(join(path, 'hansard.db')).catch(() => null)) !== null) {
      throw wrongUsage(`${path} is a data folder: verify it with --data ${path}.`);
    }
    throw wrongUsage(`${path} is nothing that can be verified: it is not ${expected}.`);
  }
  const begin = await beginningOf(path);
  if (begin.startsWith('c2sp.org/tlog-proof@')) return 'proof';
  const format = evidenceFormat.slice(0, evidenceFormat.indexOf('/'));
  if (isManifestName(path) || begin.includes(`"${format}/`)) return 'bundle';
  throw wrongUsage(`${path} is nothing that can be verified: it is not ${expected}.`);
}

/** Of the file that was named, also by a link to it. */
async function beginningOf(path: string): Promise<string> {
  return Buffer.from(await readRegular(await realpath(path), 4_096)).toString('utf8');
}

async function beforehandOf({ key = [], policy, checkpoint = [] }: VerifyOptions): Promise<Beforehand> {
  return {
    keys: key.map((text) => orWrongUsage('--key', () => parseVerifierKey(text))),
    policy: policy === undefined ? null : await policyIn(policy),
    checkpoints: await Promise.all(checkpoint.map(checkpointIn)),
  };
}

async function policyIn(path: string): Promise<Beforehand['policy']> {
  const text = await textIn(path, limits.policyBytesMax);
  return orWrongUsage(`--policy ${path}`, () => parsePolicy(text));
}

async function checkpointIn(path: string): Promise<GivenCheckpoint> {
  const note = await textIn(path, limits.noteBytesMax);
  const { origin, size } = orWrongUsage(`--checkpoint ${path}`, () => parseCheckpoint(parseNote(note).text));
  return { path, note, origin, size };
}

/** What cannot be read on the command line is wrong usage. */
function orWrongUsage<R>(what: string, read: () => R): R {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw wrongUsage(`${what}: ${error.message}.`);
    throw error;
  }
}

async function textIn(path: string, bytesMax: number): Promise<string> {
  try {
    if ((await stat(path)).size > bytesMax) throw wrongUsage(`${path} is far too large.`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    throw wrongUsage(`${path} cannot be read: ${reasonOf(error)}.`);
  }
}

const codes: Readonly<Record<SourceProblem, ExitCode>> = {
  missing: exitCodes.failed,
  broken: exitCodes.failed,
  forbidden: exitCodes.unauthorized,
  unreachable: exitCodes.unreachable,
};

function asFailure(error: unknown): never {
  if (error instanceof Malformed) throw new CliFailure(`It does not hold: ${visible(error.message)}.`);
  if (error instanceof SourceFailure) throw new CliFailure(visible(error.message), codes[error.problem]);
  throw error;
}

/** Nothing is told of what is over in a moment. */
function whenLong(progress: Progress): LogOptions['onProgress'] {
  const began = systemClock();
  return (done, of) => {
    progress.total(of);
    if (systemClock() - began > limits.progressAfterMs * 1000) progress.at(done);
  };
}
