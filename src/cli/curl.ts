// hansard curl: one request to the server, its answer as it was served.
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { CliFailure, exitCodes, wrongUsage } from './failure.ts';
import { again, collected } from './list-option.ts';
import { connect, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';

interface CurlOptions extends SessionChoice {
  readonly method?: string;
  readonly data?: string;
  readonly header?: readonly string[];
  readonly include?: boolean;
  readonly fail?: boolean;
}

export function curlCommand(program: Command): void {
  serverOptions(
    program
      .command('curl')
      .summary('send a request as it stands')
      .description('Send one request with your token; print the body as it is served.')
      .argument('<path>', 'path with query, such as /v2/events?q=type:audit.app.create')
      .option('-X, --method <method>', 'GET, or POST with -d, unless named')
      .option('-d, --data <text>', 'body; @FILE takes it from a file')
      .option('-H, --header <header>', `a further header, "Name: value" ${again}`, collected)
      .option('-i, --include', 'print status and headers first')
      .option('-f, --fail', 'exit 1 (3 for 401 and 403) when the server refuses'),
  )
    .addHelpText(
      'after',
      `
Examples:
  hansard curl "/v2/events?q=type:audit.app.create"
  hansard curl -i /v3/audit_events
  hansard curl -X POST /v3/organizations -d '{"name":"my-org"}'`,
    )
    .action(curl);
}

async function curl(path: string, options: CurlOptions): Promise<void> {
  if (!path.startsWith('/')) throw wrongUsage('The path begins with a slash, such as /v3/audit_events.');
  const remote = await connect(options);
  const body = await bodyOf(options.data);
  const answer = await remote.send(path, {
    method: (options.method ?? (body === null ? 'GET' : 'POST')).toUpperCase(),
    headers: {
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...headersOf(options.header ?? []),
    },
    ...(body === null ? {} : { body }),
  });
  if (options.include === true) {
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
    process.stdout.write(`HTTP/1.1 ${answer.status} ${answer.statusText}\r\n${headers}\r\n`);
  }
  if (answer.body !== null) await pipeline(answer.body, onOneLine, process.stdout, { end: false });
  if (options.fail === true && !answer.ok) {
    const isUnauthorized = answer.status === 401 || answer.status === 403;
    const code = isUnauthorized ? exitCodes.unauthorized : exitCodes.failed;
    throw new CliFailure(`The server answered ${answer.status}.`, code);
  }
}

/** The body as it is; on a terminal it ends its line, so that the next prompt begins one. */
async function* onOneLine(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let last: number | undefined;
  for await (const piece of body) {
    last = piece.at(-1) ?? last;
    yield piece;
  }
  if (process.stdout.isTTY === true && last !== undefined && last !== 0x0a) yield Buffer.from('\n');
}

async function bodyOf(data: string | undefined): Promise<string | null> {
  if (data === undefined) return null;
  return data.startsWith('@') ? readFile(data.slice(1), 'utf8') : data;
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw wrongUsage(`"${line}" is no header: write "Name: value".`);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
