// A static server of tlog-tiles for tests: a real node:http server on 127.0.0.1, compressed where that is asked for.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';

export interface LogServer {
  readonly url: string;
  /** What was asked for, in order. */
  readonly requests: IncomingMessage[];
  /** May be changed; answers before the resources do, where it answers true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Serves resources below `prefix`, which begins with a slash or is empty. */
export async function serveLog(
  t: TestContext,
  resources: ReadonlyMap<string, Uint8Array>,
  { prefix = '', gzip = true } = {},
): Promise<LogServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    if (log.intercept(request, response)) return;
    const bytes = resources.get((request.url ?? '').slice(prefix.length + 1));
    if (bytes === undefined || !request.url?.startsWith(`${prefix}/`)) {
      response.writeHead(404).end('no such thing\n');
      return;
    }
    if (gzip) response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bytes));
    else response.writeHead(200).end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const log: LogServer = { url: `http://127.0.0.1:${address.port}`, requests, intercept: () => false };
  return log;
}
