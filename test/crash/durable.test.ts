// Promise 1 where kill -9 does not reach: power loss and disks that fail. The kernel's own record shows that the
// write-ahead log is on the disk before an answer leaves, and that no answer says 201 where it cannot get there.
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as tick } from 'node:timers/promises';
import { adminPassword, passwordGrant, type Reply, request } from '../harness.ts';
import { type ServerProcess, startProcess } from './server-process.ts';
import { attach, type SystemCall, straceIsMissing } from './system-calls.ts';

interface Scene {
  readonly directory: string;
  readonly server: ServerProcess;
  readonly trace: string;
  /** A request of the administrator. */
  call(method: string, path: string, body?: object | string): Promise<Reply>;
  /** Names of the organizations that are there, and of those whose creation is told. */
  names(url?: string): Promise<{ rows: string[]; events: string[] }>;
}

const missing = straceIsMissing();
const where = { skip: missing === null ? false : missing };
const walFile = /hansard\.db-wal>/;

describe('durability', where, () => {
  for (const [what, status, act] of [
    ['a POST', 201, ({ call }: Scene) => call('POST', '/v3/organizations', { name: 'witness-of-a-post' })],
    [
      'a PATCH',
      200,
      async ({ call }: Scene) => {
        const { json } = await call('POST', '/v3/organizations', { name: 'before' });
        return call('PATCH', `/v3/organizations/${json.guid}`, { name: 'witness-of-a-patch' });
      },
    ],
    [
      'an import',
      200,
      ({ call }: Scene) => call('POST', '/api/import', importedEvent('witness-of-an-import')),
    ],
  ] as const) {
    it(`the log is synced before the answer to ${what} leaves`, async (t) => {
      const scene = await begin(t);
      const watch = await attach(
        scene.server.pid,
        scene.trace,
        'trace=fsync,fdatasync,pwrite64,pwritev,write,writev,sendto,sendmsg',
      );
      const reply = await act(scene);
      // The thread that answers this has come back from sending the other.
      await scene.call('GET', '/healthz');
      const calls = await watch.detach();
      assert.equal(reply.status, status, reply.text);
      assertSyncedBefore(calls, 'witness-of-', new RegExp(`HTTP/1\\.1 ${status} `));
    });
  }

  for (const [fault, injection] of [
    ['fsync answers EIO', 'inject=fsync,fdatasync:error=EIO'],
    ['the disk is full', 'inject=pwrite64:error=ENOSPC'],
  ] as const) {
    it(`where ${fault}, nothing is answered as done; afterwards all is well again`, async (t) => {
      const { server, directory, trace, call, names } = await begin(t);
      assert.equal((await call('POST', '/v3/organizations', { name: 'before' })).status, 201);
      const watch = await attach(server.pid, trace, `trace=fsync,fdatasync,pwrite64`, injection);
      const refused = await Promise.all(
        ['one', 'two', 'three'].map((name) => call('POST', '/v3/organizations', { name })),
      );
      for (const { status, json, headers } of refused) {
        assert.equal(status, 503);
        assert.equal(json.errors[0].title, 'CF-ServiceUnavailable');
        assert.match(json.errors[0].detail, /could not be made durable and was undone: \w+/);
        assert.match(headers.get('retry-after') ?? '', /^\d+$/);
      }
      assert.deepEqual((await names()).rows, ['before'], 'reads go on, and show nothing of it');
      assert.equal((await call('POST', '/api/import', importedEvent('imported'))).status, 503);
      const calls = await watch.detach();
      assert.ok(
        calls.some(({ text }) => text.includes('INJECTED')),
        'the fault was there',
      );
      assert.equal((await call('POST', '/v3/organizations', { name: 'after' })).status, 201);
      assert.deepEqual((await names()).rows, ['after', 'before']);
      await server.kill();
      const again = await startProcess(directory);
      t.after(() => again.kill());
      assert.deepEqual(await names(again.url), { rows: ['after', 'before'], events: ['after', 'before'] });
    });
  }

  it('killed while fsync answers EIO: whole or not at all, whatever the disk has kept', async (t) => {
    const { server, directory, trace, call, names } = await begin(t);
    await call('POST', '/v3/organizations', { name: 'before' });
    const watch = await attach(
      server.pid,
      trace,
      'trace=fsync,fdatasync',
      'inject=fsync,fdatasync:error=EIO',
    );
    assert.equal((await call('POST', '/v3/organizations', { name: 'perhaps' })).status, 503);
    await server.kill();
    await watch.detach();
    const again = await startProcess(directory);
    t.after(() => again.kill());
    const { rows, events } = await names(again.url);
    assert.deepEqual(rows, events);
    assert.ok(rows.includes('before'));
  });

  it('a log that cannot be moved into the database is told once, and moved when it can be', async (t) => {
    const { server, directory, trace, call } = await begin(t);
    const watch = await attach(
      server.pid,
      trace,
      'trace=fsync,fdatasync',
      'inject=fsync,fdatasync:error=EIO',
    );
    const warning = /cannot be moved into the database/g;
    while (!warning.test(server.output())) await tick(20);
    await watch.detach();
    const database = `${directory}/hansard.db`;
    const { mtimeMs } = await stat(database);
    await call('POST', '/v3/organizations', { name: 'to be moved' });
    while ((await stat(database)).mtimeMs === mtimeMs) await tick(20);
    assert.equal(server.output().match(warning)?.length, 1);
  });

  it('a read that the disk refuses does not end the server', async (t) => {
    const { server, trace, call, names } = await begin(t);
    await call('POST', '/v3/organizations', { name: 'before' });
    const watch = await attach(server.pid, trace, 'trace=pread64', 'inject=pread64:error=EIO');
    const refused = await call('GET', '/v3/audit_events');
    await watch.detach();
    assert.ok(refused.status >= 500, 'what cannot be read is not answered');
    for (const reader of [1, 2, 3, 4]) {
      assert.deepEqual(await names(), { rows: ['before'], events: ['before'] }, `attempt ${reader}`);
    }
    assert.equal((await call('POST', '/v3/organizations', { name: 'after' })).status, 201);
  });
});

async function begin(t: TestContext): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'hansard-crash-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const server = await startProcess(directory);
  t.after(() => server.kill());
  const token = await passwordGrant(server.url, 'admin', adminPassword);
  const call = (method: string, path: string, body?: object | string, url = server.url): Promise<Reply> =>
    request(url, method, path, { token, ...(body === undefined ? {} : { body }) });
  const namesAt = async (path: string, read: (one: Listed) => string, url?: string): Promise<string[]> => {
    const reply = await call('GET', path, undefined, url);
    assert.equal(reply.status, 200, reply.text);
    return reply.json.resources.map(read).sort();
  };
  return {
    directory,
    server,
    trace: `${directory}/system-calls`,
    call,
    names: async (url) => ({
      rows: await namesAt('/v3/organizations', ({ name }) => name ?? '', url),
      events: await namesAt(
        '/v3/audit_events?types=audit.organization.create',
        ({ target }) => target?.name ?? '',
        url,
      ),
    }),
  };
}

interface Listed {
  readonly name?: string;
  readonly target?: { readonly name: string };
}

/** What was written with the witness in it was synced, by the thread that wrote it, before the answer was sent. */
function assertSyncedBefore(calls: readonly SystemCall[], witness: string, answer: RegExp): void {
  const sent = calls.find(({ name, text }) => /^(write|send)/.test(name) && answer.test(text));
  assert.ok(sent !== undefined, `no answer ${answer} was seen`);
  const isOfLog = ({ text }: SystemCall): boolean => walFile.test(text);
  const before = calls.filter((call) => isOfLog(call) && call.began < sent.began);
  const written = before.findLast(({ name, text }) => /^pwrite/.test(name) && text.includes(witness));
  assert.ok(written !== undefined, 'the change was written before the answer');
  const synced = before.find(
    ({ name, thread, began }) => /sync$/.test(name) && thread === written.thread && began > written.ended,
  );
  assert.ok(synced !== undefined, 'the change was synced after it was written');
  assert.equal(synced.result, '0');
  assert.ok(synced.ended < sent.began, 'the sync had ended when the answer left');
  const late = before.filter(
    ({ name, thread, began }) =>
      /^pwrite/.test(name) && thread === written.thread && began > synced.ended && began < sent.began,
  );
  assert.deepEqual(
    late.filter(({ text }) => text.includes(witness)),
    [],
    'nothing of the change was written after the sync',
  );
}

function importedEvent(target: string): string {
  const guid = '6f9bd4d2-7a4c-4d6a-9d3a-3b2a6d0d6c11';
  const timestamp = '2020-02-02T02:02:02Z';
  const entity = { type: 'app.crash', actor: 'a', actor_type: 'user', actor_name: '', actee: target };
  const rest = { actee_type: 'app', actee_name: '', timestamp, metadata: {}, space_guid: '' };
  return JSON.stringify({
    metadata: { guid, url: `/v2/events/${guid}`, created_at: timestamp },
    entity: { ...entity, ...rest, organization_guid: '' },
  });
}
