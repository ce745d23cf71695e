// What sealing costs the intake, and how long a whole verification takes.
//   npm run bench:sealing -- [events] [rounds]
// Each round imports the same events into two new data folders, one after the other: one is sealed as it grows, at the
// default interval, the other only at the end. The ratio of the two rates is the figure; rates by themselves say more
// about the machine. Then the sealed folder is verified whole, in a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../src/core/clock.ts';
import { systemRandom } from '../src/core/guid.ts';
import { createPasswords } from '../src/identity/password.ts';
import { grant } from '../src/identity/permit.ts';
import { systemDoer } from '../src/identity/principal.ts';
import { anywhere } from '../src/identity/role.ts';
import { originLine } from '../src/log/epoch.ts';
import { importAll } from '../src/log/import-all.ts';
import { openSealing } from '../src/sealing.ts';
import { openSqliteStore } from '../src/store/sqlite/store.ts';
import { lines } from './events.ts';

const [events = 100_000, rounds = 3] = process.argv.slice(2).map(Number);
const doer = systemDoer({ interface: 'command', absent: 'a benchmark' });
const permit = grant(
  { userGuid: doer.actor.guid, global: 'admin', write: true, roles: [] },
  'event.import',
  anywhere,
);

async function run(folder: string, isSealed: boolean): Promise<{ seconds: number; sealedAfter: number }> {
  const store = await openSqliteStore({
    directory: folder,
    work: new URL('../src/work.ts', import.meta.url),
  });
  const adminPasswordHash = await createPasswords({ random: systemRandom }).hash('bench');
  await store.run('start.first', {
    origin: originLine('bench', systemRandom),
    adminPasswordHash,
    version: '0',
  });
  const open = () =>
    openSealing(store, {
      directory: folder,
      environmentKey: null,
      acceptRestore: false,
      isPublic: false,
      witnessPolicy: null,
      doer,
      now: systemClock,
      random: systemRandom,
      report: console.error,
    });
  let sealing = isSealed ? await open() : null;
  const from = performance.now();
  await importAll(store, {
    origin: 'bench',
    doer,
    permit: () => permit,
    lines: asynchronous(lines(events)),
    sha256: () => '0',
  });
  const seconds = (performance.now() - from) / 1000;
  sealing ??= await open();
  await sealing.log.sealer.now();
  const sealedAfter = (performance.now() - from) / 1000;
  await sealing.close();
  return { seconds, sealedAfter };
}

async function* asynchronous(items: Iterable<string>): AsyncGenerator<string> {
  yield* items;
}

const ratios: number[] = [];
let folder = '';
for (let round = 0; round < rounds; round += 1) {
  const results = new Map<boolean, Awaited<ReturnType<typeof run>>>();
  for (const isSealed of round % 2 === 0 ? [true, false] : [false, true]) {
    const at = mkdtempSync(join(tmpdir(), 'hansard-bench-'));
    results.set(isSealed, await run(at, isSealed));
    if (!isSealed || round < rounds - 1) rmSync(at, { recursive: true });
    else folder = at;
  }
  const [sealed, held] = [results.get(true), results.get(false)];
  if (sealed === undefined || held === undefined) continue;
  ratios.push(held.seconds / sealed.seconds);
  const rate = (seconds: number): string => `${Math.round(events / seconds)}/s`;
  console.log(
    `round ${round + 1}: sealed as it grows ${rate(sealed.seconds)} (all sealed after ${sealed.sealedAfter.toFixed(1)} s), held back ${rate(held.seconds)} (sealed after ${held.sealedAfter.toFixed(1)} s), ratio ${(held.seconds / sealed.seconds).toFixed(2)}`,
  );
}
console.log(
  `ratio, median of ${rounds}: ${ratios.toSorted((a, b) => a - b)[Math.floor(rounds / 2)]?.toFixed(2)}`,
);
const command = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const from = performance.now();
const verify = spawnSync(
  '/usr/bin/env',
  ['time', '-f', '%M', process.execPath, command, 'verify', '--data', folder],
  { encoding: 'utf8' },
);
const memory = Number(verify.stderr.trim().split('\n').at(-1)) / 1024;
console.log(
  `verification of ${events} events: ${((performance.now() - from) / 1000).toFixed(1)} s, exit ${verify.status}, ${memory.toFixed(0)} MiB at most`,
);
rmSync(folder, { recursive: true });
