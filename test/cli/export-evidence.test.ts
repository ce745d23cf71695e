// What goes with an export: a manifest beside a file, and a folder with the proof of each event.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { parseVerifierKey, type VerifierKey } from '../../src/merkle/note.ts';
import { verifyBundle } from '../../src/verify/bundle.ts';
import { type Manifest, readManifest } from '../../src/verify/manifest.ts';
import { openWorld, type Person, type World } from '../http/v3/world.ts';
import { fill } from '../log/filling.ts';
import { type Home, newHome, type Ran } from './command.ts';
import { startPlatform } from './foreign-platform.ts';

describe('hansard export', () => {
  let world: World;
  let organization: string;
  let manager: Person;
  let keys: readonly VerifierKey[];
  before(async () => {
    world = await openWorld();
    organization = await world.organization('acme');
    manager = await world.person('manager');
    await world.give('organization_manager', manager.guid, organization);
    await fill(world, 250);
    keys = (await world.call('GET', '/log')).json.epochs[0].verifier_keys.map(parseVerifierKey);
  });
  after(() => world.stop());

  const run = async (t: TestContext, args: readonly string[], home = newHome(t)) => {
    const env = { HANSARD_URL: world.url, HANSARD_TOKEN: world.adminToken };
    return { home, ...(await home.hansard(['export', ...args], { env })) };
  };
  const manifestIn = (home: Home, name: string): Manifest =>
    readManifest(readFileSync(join(home.folder, name), 'utf8'));
  const recorded = async (manifest: Manifest) => {
    const id = manifest.filters.at(-1)?.replace('recorded as event ', '');
    return (await world.call('GET', `/api/events?guids=${id}`)).json.resources[0];
  };

  describe('into a file', () => {
    it('writes a manifest beside it, and is recorded as the event that it names', async (t) => {
      const args = ['user-access', '--org', 'acme', '--since', '2026-01-01', '-o', 'access.csv'];
      const { code, home } = await run(t, args);
      assert.equal(code, 0);
      assert.deepEqual(readdirSync(home.folder).sort(), ['access.csv', 'access.csv.manifest.json']);
      const manifest = manifestIn(home, 'access.csv.manifest.json');
      const bytes = readFileSync(join(home.folder, 'access.csv'));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      assert.deepEqual(manifest.files, [{ name: 'access.csv', bytes: bytes.length, sha256 }]);
      assert.deepEqual([manifest.server, manifest.logs], [world.url, []]);
      const conditions = [
        'recipe user-access',
        'in acme',
        `organization ${organization}`,
        'since 2026-01-01T00:00:00Z',
      ];
      assert.deepEqual(manifest.filters.slice(0, -1), conditions);
      const { type, data } = await recorded(manifest);
      assert.deepEqual([type, data.recipe, data.format], ['audit.log.export', 'user-access', 'csv']);
      assert.deepEqual([data.filters, data.evidence], [conditions, false]);
      const report = await verifyBundle(join(home.folder, 'access.csv.manifest.json'));
      assert.deepEqual([report.findings, report.hasProofs], [[], false]);
    });

    it('counts its rows in the manifest, in every format', async (t) => {
      for (const format of ['csv', 'ndjson', 'json']) {
        const name = `all.${format}`;
        const { home } = await run(t, ['--format', format, '-o', name]);
        const report = await verifyBundle(join(home.folder, `${name}.manifest.json`));
        assert.deepEqual(report.findings, []);
        assert.ok(report.manifest.count >= 250);
      }
    });

    it('leaves the manifest out where it is not wanted', async (t) => {
      const { home, code } = await run(t, ['routes', '-o', 'routes.csv', '--no-manifest']);
      assert.deepEqual([code, readdirSync(home.folder)], [0, ['routes.csv']]);
    });

    it('has a manifest of standard output only where one is named, and none of devices', async (t) => {
      const piped = await run(t, ['routes']);
      assert.deepEqual(readdirSync(piped.home.folder), []);
      const named = await run(t, ['--format', 'ndjson', '--manifest', 'all.ndjson.manifest.json']);
      writeFileSync(join(named.home.folder, 'all.ndjson'), named.out);
      const report = await verifyBundle(join(named.home.folder, 'all.ndjson.manifest.json'));
      assert.deepEqual([report.findings, report.manifest.files[0]?.name], [[], 'all.ndjson']);
      assert.equal((await run(t, ['routes', '-o', '/dev/null'])).code, 0);
      assert.ok(!existsSync('/dev/null.manifest.json'));
    });

    it('leaves neither where it fails', async (t) => {
      const { home, code, err } = await run(t, ['--org', 'nothing', '-o', 'all.csv']);
      assert.deepEqual([code, readdirSync(home.folder)], [1, []], err);
      const unwritable = await run(t, ['-o', 'all.csv', '--manifest', 'no/such/folder']);
      assert.equal(unwritable.code, 1);
      assert.match(unwritable.err, /^no\/such\/folder cannot be written/);
      assert.deepEqual(readdirSync(unwritable.home.folder), []);
    });
  });

  describe('with evidence', () => {
    it('is a folder that verifies, in every format', async (t) => {
      for (const format of ['csv', 'ndjson', 'json']) {
        const { home, code, err } = await run(t, ['--format', format, '--evidence', 'bundle']);
        assert.equal(code, 0, err);
        assert.deepEqual(readdirSync(home.folder), ['bundle']);
        const folder = join(home.folder, 'bundle');
        const files = ['checkpoint', 'evidence.ndjson', `export.${format}`, 'manifest.json'];
        assert.deepEqual(readdirSync(folder).sort(), files);
        const report = await verifyBundle(folder, { keys });
        assert.deepEqual(report.findings, []);
        assert.deepEqual([report.proved, report.unlisted], [report.manifest.count, []]);
        assert.ok(report.proved >= 250);
        assert.equal(report.checkpoints[0]?.note.isChecked, true);
      }
    });

    it('holds what the reader may see and nothing else', async (t) => {
      const home = newHome(t);
      const env = { HANSARD_URL: world.url, HANSARD_TOKEN: manager.token };
      const told = await home.hansard(['export', '--format', 'ndjson', '--evidence', 'mine'], { env });
      assert.equal(told.code, 0, told.err);
      const report = await verifyBundle(join(home.folder, 'mine'), { keys });
      assert.deepEqual(report.findings, []);
      assert.ok(report.proved > 0 && report.proved < 20);
      assert.equal((await home.hansard(['verify', 'mine'])).code, 0);
      const event = await recorded(report.manifest);
      assert.deepEqual([event.actor.guid, event.data.evidence], [manager.guid, true]);
    });

    it('is found out where anything in it was changed', async (t) => {
      const { home } = await run(t, ['--format', 'ndjson', '--evidence', 'bundle']);
      const path = join(home.folder, 'bundle', 'export.ndjson');
      writeFileSync(path, readFileSync(path, 'utf8').replace('jo@example.org', 'flo@example.org'));
      const { findings } = await verifyBundle(join(home.folder, 'bundle'), { keys });
      assert.ok(findings.some(({ what }) => what.includes('actor.name is not what leaf')));
    });

    it('leaves out what came after its checkpoint, and says so', async (t) => {
      // The export's own event is newer than the checkpoint that is taken for it.
      const { home, err } = await run(t, ['--type', 'audit.log.export', '--evidence', 'bundle']);
      assert.match(
        err,
        /rows?, .+ in bundle\. 1 event left out: newer than the checkpoint of the export\.\n$/,
      );
      assert.deepEqual((await verifyBundle(join(home.folder, 'bundle'), { keys })).findings, []);
    });

    it('may be of no event at all', async (t) => {
      const { home, code } = await run(t, ['routes', '--evidence', 'bundle']);
      assert.equal(code, 0);
      const report = await verifyBundle(join(home.folder, 'bundle'), { keys });
      assert.deepEqual([report.findings, report.manifest.count, report.manifest.logs], [[], 0, []]);
    });

    it('never touches a folder that holds something', async (t) => {
      const home = newHome(t);
      mkdirSync(join(home.folder, 'bundle'));
      writeFileSync(join(home.folder, 'bundle', 'mine'), 'mine');
      const { code, err } = await run(t, ['--evidence', 'bundle'], home);
      assert.deepEqual([code, err], [1, 'bundle cannot be written: the folder is not empty.\n']);
      assert.deepEqual(readdirSync(join(home.folder, 'bundle')), ['mine']);
    });

    it('is a folder for everything: no other place can be named', async (t) => {
      for (const more of [['-o', 'x.csv'], ['--manifest', 'x'], ['--no-manifest']]) {
        const { code, err }: Ran = await run(t, ['--evidence', 'bundle', ...more]);
        assert.deepEqual([code, err.split(':')[0]], [2, '--evidence names a folder for everything']);
      }
      assert.equal((await run(t, ['--manifest', '-'])).code, 2);
    });
  });

  describe('of a platform that has no log', () => {
    it('has a manifest that says so, and no evidence', async (t) => {
      const platform = await startPlatform();
      t.after(() => platform.close());
      const home = newHome(t);
      const env = { HANSARD_URL: platform.url, HANSARD_TOKEN: platform.newToken() };
      const file = await home.hansard(['export', '-o', 'all.csv'], { env });
      assert.equal(file.code, 0, file.err);
      const manifest = manifestIn(home, 'all.csv.manifest.json');
      assert.deepEqual(manifest.filters, [`not recorded: ${platform.url} is no Hansard`]);
      assert.deepEqual([manifest.logs, manifest.server], [[], platform.url]);
      assert.ok(platform.requests.every((request) => request.startsWith('GET ')));
      const evidence = await home.hansard(['export', '--evidence', 'bundle'], { env });
      assert.deepEqual(
        [evidence.code, evidence.err],
        [1, `${platform.url} is no Hansard: it has no log that could prove anything.\n`],
      );
      assert.deepEqual(readdirSync(home.folder).sort(), ['all.csv', 'all.csv.manifest.json']);
    });
  });
});
