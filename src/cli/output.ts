// Standard output as the place of a document: exact for programs and files, harmless on a terminal.
import { type Sink, streamSink } from '../export/sink.ts';
import { visibleLines } from './terminal.ts';

/** Standard output. On a terminal, what would steer it is made visible; elsewhere every byte is as it was. */
export function outputSink(): Sink {
  const sink = streamSink(process.stdout);
  if (process.stdout.isTTY !== true) return sink;
  return { ...sink, write: (text) => sink.write(visibleLines(text)) };
}
