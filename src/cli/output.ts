// Where a document goes: a file, whole or not at all, or standard output, exact for programs and files and harmless on a
// terminal.
import { fileSink, type Sink, streamSink } from '../export/sink.ts';
import { CliFailure, reasonOf } from './failure.ts';
import { visibleLines } from './terminal.ts';

/** Whether the name that was given for an output means standard output. */
export function isStandardOutput(output: string): boolean {
  return output === '-' || output === '/dev/stdout';
}

/** The place of that name, opened. Throws CliFailure where it cannot be written. */
export async function sinkFor(output: string): Promise<Sink> {
  if (isStandardOutput(output)) return outputSink();
  return fileSink(output).catch((error: unknown) => {
    throw new CliFailure(`${output} cannot be written: ${reasonOf(error)}.`);
  });
}

/** Standard output. On a terminal, what would steer it is made visible; elsewhere every byte is as it was. */
export function outputSink(): Sink {
  const sink = streamSink(process.stdout);
  if (process.stdout.isTTY !== true) return sink;
  return { ...sink, write: (text) => sink.write(visibleLines(text)) };
}
