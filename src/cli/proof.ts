// hansard proof: the proof that an event is in the log, as a file that anybody can check without this server.
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { isGuid } from '../core/guid.ts';
import { microsText } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import type { Leaf } from '../event/leaf.ts';
import { pour } from '../export/sink.ts';
import type { Checkpoint } from '../merkle/checkpoint.ts';
import { Malformed } from '../merkle/malformed.ts';
import { type ProofReport, verifyProofFile } from '../verify/proof-file.ts';
import { refusal, refusalSentence, retryAfterSeconds, textOf } from './exchange.ts';
import { CliFailure, wrongUsage } from './failure.ts';
import { isStandardOutput, sinkFor } from './output.ts';
import { connect, type Remote, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';
import { counted, say, tell, visible } from './terminal.ts';

interface ProofOptions extends SessionChoice {
  readonly output?: string;
  readonly json?: boolean;
}

export function proofCommand(program: Command): void {
  const command = program
    .command('proof')
    .summary('prove that an event is in the log')
    .description(
      'Write the proof that an event is in the log, with all that the event says: a file that anybody can check ' +
        'without this server. Taking a proof is itself recorded.',
    )
    .argument('<guid>', 'guid of the event')
    .option('-o, --output <file>', 'file to write, - for standard output; default: <guid>.tlog-proof')
    .option('--json', 'print what it proves as JSON');
  serverOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  hansard proof 0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01
  hansard verify 0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01.tlog-proof

The file holds what the event says in clear, so that it can be checked: hand it out as you would the event.`,
    )
    .action(run);
}

async function run(text: string, options: ProofOptions): Promise<void> {
  const guid = text.toLowerCase();
  if (!isGuid(guid)) {
    throw wrongUsage(`"${text}" is no guid of an event, such as 0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01.`);
  }
  const output = options.output ?? `${guid}.tlog-proof`;
  if (options.json === true && isStandardOutput(output)) {
    throw wrongUsage('--json and the proof cannot both go to standard output.');
  }
  const remote = await connect(options);
  const proof = await proofFrom(remote, guid);
  const proved = checked(proof, guid);
  await pour(once(proof), await sinkFor(output));
  if (options.json === true) return say(JSON.stringify(asJson(proved, output), null, 2));
  const sentence = sentenceOf(proved);
  if (isStandardOutput(output)) return tell(sentence);
  await say(
    `${sentence}\nThe proof is in ${output}: "hansard verify ${output}" checks it without this server.`,
  );
}

/** Asks for the proof, for some seconds where the event is not sealed yet. */
async function proofFrom(remote: Remote, guid: string): Promise<string> {
  const end = systemClock() + limits.proofWaitMsMax * 1000;
  for (let tries = 1; ; tries += 1) {
    const answer = await remote.send(`/log/proof/${guid}`, { headers: { accept: 'text/plain' } });
    if (answer.ok) return textOf(answer);
    if (answer.status === 404) throw notFound(await textOf(answer), guid, remote);
    const seconds = retryAfterSeconds(answer.headers.get('retry-after'), systemClock() / 1_000_000);
    const isLate = systemClock() + seconds * 1_000_000 > end;
    if (answer.status !== 409 || answer.headers.get('retry-after') === null || isLate)
      throw await refusal(answer);
    await answer.body?.cancel();
    if (tries === 1) tell('The event is not in a signed tree yet: waiting for it.');
    await pause(seconds * 1000);
  }
}

function notFound(body: string, guid: string, remote: Remote): CliFailure {
  const isHansard = body.includes('Event not found');
  if (isHansard) return new CliFailure(`There is no event ${guid} that you can see.`);
  const said = refusalSentence(404, body);
  return new CliFailure(
    `${remote.session().url} is not a Hansard, and has no log that proves anything. ${said}`,
  );
}

interface Proved {
  readonly leaf: Leaf;
  readonly index: number;
  readonly checkpoint: Checkpoint;
}

/** What the proof proves; its signatures are for whoever knows the keys. Throws CliFailure where it proves nothing. */
function checked(text: string, guid: string): Proved {
  const { event, index, note, findings } = reportOn(text);
  if (event?.leaf.guid === guid && note.checkpoint !== null && findings.length === 0) {
    return { leaf: event.leaf, index, checkpoint: note.checkpoint };
  }
  const why = findings[0]?.what ?? 'It is of another event.';
  throw new CliFailure(`The proof of the server does not hold. ${visible(why)}`);
}

function reportOn(text: string): ProofReport {
  try {
    return verifyProofFile(text);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new CliFailure(`The proof of the server cannot be read: ${visible(error.message)}.`);
  }
}

function sentenceOf({ leaf, index, checkpoint: { origin, size } }: Proved): string {
  const what = `Event ${leaf.guid} (${visible(leaf.type)} of ${microsText(leaf.occurred_at)})`;
  const where = `entry ${index} of the log ${visible(origin)}`;
  return `${what} is ${where}: so says its signed checkpoint of ${counted(size, 'entry', 'entries')}.`;
}

function asJson({ leaf, index, checkpoint: { origin, size, root } }: Proved, file: string): object {
  return {
    file,
    guid: leaf.guid,
    type: leaf.type,
    occurred_at: microsText(leaf.occurred_at),
    origin,
    index,
    size,
    root: Buffer.from(root).toString('base64'),
  };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
