// `POST /api/import`: events from elsewhere, one a line, each kept, known or refused. A batch is durable before the
// next one is read, so that a broken connection loses nothing that was taken; sending the same again changes nothing.
// The right to import is looked at again for each batch, whose token need only have been good at the beginning: an
// import can take as long as it likes.
import { createHash } from 'node:crypto';
import { AppError } from '../../core/error.ts';
import { limits } from '../../core/limits.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import { checkOrigin } from '../../log/import.ts';
import { importAll } from '../../log/import-all.ts';
import { linesOf } from '../body.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';

async function importEvents(call: KnownCall, services: Services): Promise<Answer> {
  const began = services.now();
  const permit = async () => {
    const principal = await services.tokens.verify(call.headers.authorization, began);
    return grant(await services.standing(principal), 'event.import', anywhere);
  };
  await permit();
  const origin = new URLSearchParams(call.query).get('origin') ?? 'import';
  checkOrigin(origin);
  if (call.stream === null)
    throw new AppError('MessageParseError', ['the body is empty: one event a line is expected']);
  const hash = createHash('sha256');
  const lines = linesOf(hashed(call.stream, hash), limits.importLineBytesMax);
  const body = await importAll(services.store, {
    origin,
    doer: call.doer,
    permit,
    lines,
    sha256: () => hash.digest('hex'),
  });
  return { status: 200, body };
}

async function* hashed(
  stream: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    hash.update(chunk);
    yield chunk;
  }
}

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/import',
    dialect: 'api',
    access: 'write',
    stream: true,
    summary: 'Import events, one V2 or V3 resource a line; parameter origin names their source',
    handle: importEvents,
  },
];
