// A log with many events in it, for tests of what is larger than one tile.
import assert from 'node:assert/strict';
import type { TestServer } from '../harness.ts';

/** Imports so many events; their guids in order. Nothing waits for them to be sealed. */
export async function fill(server: TestServer, count: number, origin = 'filling'): Promise<string[]> {
  const guids = Array.from(
    { length: count },
    (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  );
  const lines = guids.map((guid, n) => {
    const at = new Date(Date.UTC(2025, 0, 1, 0, 0, n)).toISOString().replace('.000', '');
    return JSON.stringify({
      guid,
      created_at: at,
      updated_at: at,
      type: 'audit.app.update',
      actor: { guid: 'jo', type: 'user', name: 'jo@example.org' },
      target: { guid: `app-${n}`, type: 'app', name: `app ${n}` },
      data: { request: { instances: n } },
      space: null,
      organization: null,
      links: {},
    });
  });
  const reply = await server.call('POST', `/api/import?origin=${origin}`, { body: `${lines.join('\n')}\n` });
  assert.deepEqual([reply.status, reply.json.new], [200, count], reply.text);
  return guids;
}
