// The scheduled verification with the real command on a real data folder: its result is an event and a figure, and a
// failure is told.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../src/core/clock.ts';
import type { Happening } from '../src/log/append.ts';
import type { Verified } from '../src/log/log-services.ts';
import { scheduleVerification, type VerificationParts } from '../src/verification-schedule.ts';
import { startServer, type TestServer } from './harness.ts';

async function serve(t: TestContext): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'hansard-schedule-'));
  const server = await startServer({ directory });
  t.after(async () => {
    await server.stop({ keep: true }).catch(() => undefined);
    rmSync(directory, { recursive: true });
  });
  await server.running.services.log.sealer.now();
  return server;
}

interface Watch {
  readonly parts: VerificationParts;
  readonly recorded: Happening[];
  readonly reports: string[];
  /** Resolves with the next event. */
  next(): Promise<Happening>;
}

function watch(directory: string, last: Verified | null, everyMs = 0): Watch {
  const recorded: Happening[] = [];
  const reports: string[] = [];
  let hear: (happening: Happening) => void = () => undefined;
  return {
    parts: {
      directory,
      command: new URL('../src/cli/main.ts', import.meta.url),
      everyMs,
      last: async () => last,
      record: async (happening) => {
        recorded.push(happening);
        hear(happening);
      },
      now: systemClock,
      report: (sentence) => reports.push(sentence),
    },
    recorded,
    reports,
    next: () =>
      new Promise((resolve) => {
        hear = resolve;
      }),
  };
}

test('a log that holds is an event and a figure, one that does not is told besides', async (t) => {
  const server = await serve(t);
  const { parts, recorded, reports } = watch(server.directory, null);
  const schedule = await scheduleVerification(parts);
  assert.equal(schedule.verified(), null);
  const sound = await schedule.run();
  assert.deepEqual([sound.isSound, sound.reason, reports], [true, null, []]);
  assert.deepEqual([recorded[0]?.type, recorded[0]?.outcome], ['audit.log.verify', 'success']);
  assert.deepEqual(schedule.verified(), sound);

  await server.stop({ keep: true });
  const database = new DatabaseSync(join(server.directory, 'hansard.db'));
  database.exec('DROP TRIGGER event_1_kept; UPDATE event_1 SET outcome = 1 - outcome WHERE id = 1');
  database.close();
  const broken = await schedule.run();
  assert.equal(broken.isSound, false);
  assert.match(broken.reason ?? '', /Entry 0 does not have the hash/);
  assert.match(reports.join(), /^The log does not verify: /);
  assert.deepEqual([recorded[1]?.type, recorded[1]?.outcome], ['audit.log.verify_failed', 'failure']);
  await schedule.stop();
});

test('it is due when the last one is long ago, and not before', async (t) => {
  const server = await serve(t);
  const hour = 3_600_000;
  const recent: Verified = { at: systemClock(), isSound: true, seconds: 1, reason: null };
  const resting = watch(server.directory, recent, hour);
  const calm = await scheduleVerification(resting.parts);
  assert.deepEqual(calm.verified(), recent, 'what an earlier process found is known');
  await calm.stop();
  assert.deepEqual(resting.recorded, []);

  const due = watch(server.directory, { ...recent, at: recent.at - 2 * hour * 1_000 }, 1);
  const event = due.next();
  const schedule = await scheduleVerification(due.parts);
  assert.equal((await event).type, 'audit.log.verify');
  await schedule.stop();
});

test('a running server knows its last verification after a restart, and shows it', async (t) => {
  const server = await serve(t);
  const figures = async (of: TestServer) => (await of.call('GET', '/metrics')).text;
  assert.doesNotMatch(await figures(server), /hansard_verification_ok/, 'nothing is no alarm');
  const doer = { actor: { type: 'system', guid: 'system' }, name: '', username: '', context: {} };
  const target = { type: 'log', guid: 'hansard' };
  const happening = { type: 'audit.log.verify', target, targetName: 'Hansard', data: { seconds: 2 } };
  await server.running.services.store.run('note.record', { doer, happening });
  await server.stop({ keep: true });
  const again = await startServer({ directory: server.directory });
  t.after(() => again.stop({ keep: true }));
  assert.match(await figures(again), /^hansard_verification_ok 1$/m);
  assert.match(await figures(again), /^hansard_log_halted 0$/m);
  const auditor = await again.call('GET', '/metrics', { token: null });
  assert.equal(auditor.status, 401);
});
