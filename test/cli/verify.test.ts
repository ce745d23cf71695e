import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ed25519Cosigner } from '../../src/merkle/cosignature.ts';
import { formatNote, formatVerifierKey, parseNote } from '../../src/merkle/note.ts';
import { formatManifest } from '../../src/verify/manifest.ts';
import { startServer } from '../harness.ts';
import { bundleFiles, manifestFor, proofFileOf, writeBundle } from '../verify/evidence-folder.ts';
import {
  checkpointOf,
  entriesOf,
  logResources,
  newFolder,
  origin,
  testEvents,
  testSigner,
  treeOf,
  writeLog,
  writeResources,
} from '../verify/log-folder.ts';
import { serveLog } from '../verify/log-server.ts';
import { newHome } from './command.ts';

const signer = testSigner();
const vkey = formatVerifierKey(signer.key);
const events = testEvents(300);
const entries = entriesOf(events);
const root = Buffer.from(treeOf(entries).root).toString('base64');

function withKeys(resources: Map<string, Uint8Array>, key = vkey): Map<string, Uint8Array> {
  return resources.set('keys', Buffer.from(JSON.stringify({ origin, keys: [{ verifier_key: key }] })));
}

test('the help has examples', async (t) => {
  const { code, out } = await newHome(t).hansard(['verify', '--help']);
  assert.equal(code, 0);
  assert.match(out, /Examples:\n +hansard verify /);
});

test('a published log is verified with a key, and what is not proved is said', async (t) => {
  const home = newHome(t);
  const { code, out, err } = await home.hansard(['verify', writeLog(t, entries, signer), '--key', vkey]);
  assert.deepEqual([code, err], [0, '']);
  assert.deepEqual(out.split('\n'), [
    `The log ${origin} holds.`,
    `Checkpoint: 300 leaves, root ${root}.`,
    `Signed by ${origin}, checked with the key that you gave.`,
    'Read 300 entries; each has the hash of its leaf. Tiles and root follow from the leaves.',
    'Not proved: that others are shown the same log (no witness); that everything that happened was recorded.',
    '',
  ]);
});

test('without a key the signature is not checked, and nothing is remembered', async (t) => {
  const home = newHome(t);
  const { code, out } = await home.hansard(['verify', writeLog(t, entries, signer)]);
  assert.equal(code, 0);
  assert.match(
    out,
    /Its signature was not checked: no key of this log is known; --key or --policy gives one\./,
  );
  assert.match(out, /Not proved: who made this log;/);
  assert.throws(() => statSync(join(home.folder, '.config/hansard/known-logs.json')), { code: 'ENOENT' });
});

test('a tampered log is exit code 1 with the first bad index', async (t) => {
  const home = newHome(t);
  const folder = writeLog(t, entries, signer);
  const path = join(folder, 'tile/entries/000');
  const bytes = readFileSync(path);
  bytes[2] = 0x7a;
  writeFileSync(path, bytes);
  const { code, out, err } = await home.hansard(['verify', folder, '--key', vkey]);
  assert.equal(code, 1);
  assert.equal(out, 'Entry 0 does not have the hash that tile/0/000 holds for it.\n');
  assert.equal(err, `The log ${origin} does not hold. First bad index 0.\n`);
  const json = await home.hansard(['verify', folder, '--key', vkey, '--json']);
  assert.equal(json.code, 1);
  const report = JSON.parse(json.out);
  assert.deepEqual([report.kind, report.ok, report.logs[0].first_bad], ['log', false, { first: 0, last: 0 }]);
  rmSync(join(folder, 'tile/0/000'));
  rmSync(path);
  assert.match(
    (await home.hansard(['verify', folder, '--key', vkey])).err,
    /First bad index: one of 0 to 255\./,
  );
});

test('a log of hashes alone is verified when that is asked for', async (t) => {
  const home = newHome(t);
  const folder = writeLog(t, entries, signer);
  rmSync(join(folder, 'tile/entries'), { recursive: true });
  const strict = await home.hansard(['verify', folder, '--key', vkey]);
  assert.equal(strict.code, 1);
  assert.match(strict.out, /If only hashes were published, verify with --hashes-only\.\n$/);
  const asked = await home.hansard(['verify', folder, '--key', vkey, '--hashes-only']);
  assert.equal(asked.code, 0);
  assert.match(asked.out, /Entries were not read, only their hashes\./);
  assert.match(asked.out, /Not proved: .*what the entries say;/);
});

test('a log behind an address is trusted once, remembered, and must then only grow', async (t) => {
  const home = newHome(t);
  const resources = withKeys(logResources(entries.slice(0, 200), signer));
  const { url } = await serveLog(t, resources, { prefix: '/log' });
  const verify = (...more: string[]) => home.hansard(['verify', '--url', url, ...more]);

  const first = await verify();
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /checked with the key that the log itself told: taken on trust this first time/);
  assert.ok(first.out.includes(`To pin that key: --key '${vkey}'`));
  const file = join(home.folder, '.config/hansard/known-logs.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);

  for (const [path, bytes] of logResources(entries, signer)) resources.set(path, bytes);
  const grown = await verify();
  assert.equal(grown.code, 0, grown.err);
  assert.match(grown.out, /checked with the key remembered from an earlier verification/);
  assert.match(grown.out, /It has grown from the checkpoint of 200 leaves remembered from 20\d\d-/);

  resources.set('checkpoint', Buffer.from(checkpointOf(treeOf(entries.slice(0, 256)), signer)));
  const cut = await verify();
  assert.equal(cut.code, 1);
  assert.match(cut.out, /^The log was cut back: there is a checkpoint of 300 leaves known from earlier/);
  assert.match(cut.err, /First bad index: one of 256 to 299\./);

  const other = logResources(entriesOf(testEvents(300, 'other')), signer);
  for (const [path, bytes] of other) resources.set(path, bytes);
  const forked = await verify();
  assert.equal(forked.code, 1);
  assert.match(forked.out, /There are two histories of the same size/);
  assert.equal((await verify('--forget')).code, 0);
  assert.equal((await verify()).code, 0);
});

test('a published log behind an address tells its keys in a file; another log stays remembered', async (t) => {
  const home = newHome(t);
  const first = withKeys(logResources(entries.slice(0, 3), signer));
  const next = 'log.example/ffffffffffffffff/1';
  const otherSigner = testSigner(next);
  const second = logResources(entries.slice(0, 3), otherSigner);
  second.set('checkpoint', Buffer.from(checkpointOf(treeOf(entries.slice(0, 3)), otherSigner, next)));
  second.set('keys.txt', Buffer.from(`${formatVerifierKey(otherSigner.key)}\n`));
  const [one, two] = [await serveLog(t, first), await serveLog(t, second)];
  for (const { url } of [one, two]) {
    assert.match((await home.hansard(['verify', '--url', url])).out, /that the log itself told/);
  }
  assert.match(
    (await home.hansard(['verify', '--url', two.url, '--forget'])).out,
    /that the log itself told/,
  );
  for (const { url } of [one, two]) {
    assert.match((await home.hansard(['verify', '--url', url])).out, /with the key remembered/);
  }
});

test('a key that a log had before is not replaced by another that it tells', async (t) => {
  const home = newHome(t);
  const resources = withKeys(logResources(entries.slice(0, 3), signer));
  const { url } = await serveLog(t, resources);
  assert.equal((await home.hansard(['verify', '--url', url])).code, 0);
  const impostor = testSigner();
  withKeys(resources, formatVerifierKey(impostor.key));
  resources.set('checkpoint', Buffer.from(checkpointOf(treeOf(entries.slice(0, 3)), impostor)));
  const { code, out } = await home.hansard(['verify', '--url', url]);
  assert.equal(code, 1);
  assert.match(out, new RegExp(`^The checkpoint is not signed by a known key of "${origin}"\\.\n`));
  assert.match(out, /verify once with --key; what is remembered stays\.\n$/);
});

test('a copy elsewhere that lags behind is told to be older, and what is remembered stays', async (t) => {
  const home = newHome(t);
  const { url } = await serveLog(t, withKeys(logResources(entries.slice(0, 5), signer)));
  assert.equal((await home.hansard(['verify', '--url', url])).code, 0);
  const mirror = await serveLog(t, withKeys(logResources(entries.slice(0, 3), signer)));
  const { code, out } = await home.hansard(['verify', '--url', mirror.url]);
  assert.equal(code, 0, out);
  assert.match(out, /^An older copy: on 20\S+ there were 5 leaves at http:\S+\.$/m);
  assert.match((await home.hansard(['verify', '--url', url])).out, /grown from the checkpoint of 5 leaves/);
});

test('another log at an address that had one is told', async (t) => {
  const home = newHome(t);
  const resources = logResources(entries.slice(0, 3), signer);
  const { url } = await serveLog(t, resources);
  assert.equal((await home.hansard(['verify', '--url', url])).code, 0);
  const otherOrigin = 'log.example/ffffffffffffffff/1';
  const other = checkpointOf(treeOf(entries.slice(0, 3)), testSigner(otherOrigin), otherOrigin);
  resources.set('checkpoint', Buffer.from(other));
  const { code, err } = await home.hansard(['verify', '--url', url]);
  assert.equal(code, 1);
  assert.match(
    err,
    /^Another log, "log\.example\/00112233445566aa\/1", was at this address on 20.*--forget takes the new one\.$/m,
  );
  assert.equal((await home.hansard(['verify', '--url', url, '--forget'])).code, 0);
  assert.equal((await home.hansard(['verify', '--url', url])).code, 0);
});

test('older epochs beside a log are verified with it', async (t) => {
  const home = newHome(t);
  const next = origin.replace(/1$/, '2');
  const folder = newFolder(t);
  const newSigner = testSigner(next);
  writeResources(folder, logResources(entries.slice(0, 5), newSigner));
  writeFileSync(join(folder, 'checkpoint'), checkpointOf(treeOf(entries.slice(0, 5)), newSigner, next));
  writeResources(join(folder, 'epochs/1'), logResources(entries, signer));
  const keys = ['--key', vkey, '--key', formatVerifierKey(newSigner.key)];
  const both = await home.hansard(['verify', folder, ...keys]);
  assert.equal(both.code, 0, both.out);
  assert.match(both.out, new RegExp(`^The log ${origin} holds\\.[^]*^The log ${next} holds\\.`, 'm'));
  rmSync(join(folder, 'epochs/1/tile/1/000.p/1'));
  assert.equal((await home.hansard(['verify', folder, ...keys])).code, 1);
});

test('an older checkpoint in a file is one that the log must have grown from', async (t) => {
  const home = newHome(t);
  const folder = writeLog(t, entries, signer);
  const file = (name: string, note: string): string => {
    const path = join(home.folder, name);
    writeFileSync(path, note);
    return path;
  };
  const held = file('held', checkpointOf(treeOf(entries.slice(0, 100)), signer));
  const good = await home.hansard(['verify', folder, '--key', vkey, '--checkpoint', held]);
  assert.equal(good.code, 0);
  assert.match(good.out, /It has grown from the checkpoint of 100 leaves in .*\/held\./);
  const forked = file('forked', checkpointOf(treeOf(entriesOf(testEvents(100, 'other'))), signer));
  const bad = await home.hansard([
    'verify',
    folder,
    '--key',
    vkey,
    '--checkpoint',
    held,
    '--checkpoint',
    forked,
  ]);
  assert.deepEqual([bad.code, bad.out.includes('another root')], [1, true]);
  const strange = file('strange', checkpointOf(treeOf([]), testSigner('x/1'), 'x/1'));
  const other = await home.hansard(['verify', folder, '--key', vkey, '--checkpoint', strange]);
  assert.equal(other.code, 1);
  assert.match(other.err, /^The checkpoint in .*\/strange is of another log, "x\/1"\.$/m);
});

test('a policy names its witnesses in the answer', async (t) => {
  const home = newHome(t);
  const folder = writeLog(t, entries.slice(0, 3), signer);
  const witness = ed25519Cosigner('witness.example', generateKeyPairSync('ed25519').privateKey);
  const policy = join(home.folder, 'policy');
  writeFileSync(policy, `log ${vkey}\nwitness w1 ${formatVerifierKey(witness.key)}\nquorum w1\n`);
  const alone = await home.hansard(['verify', folder, '--policy', policy]);
  assert.deepEqual([alone.code, /does not meet the policy/.test(alone.out)], [1, true]);
  const note = parseNote(readFileSync(join(folder, 'checkpoint'), 'utf8'));
  const cosigned = { ...note, signatures: [...note.signatures, witness.cosign(note.text, 1_790_000_000)] };
  writeFileSync(join(folder, 'checkpoint'), formatNote(cosigned));
  const { code, out } = await home.hansard(['verify', folder, '--policy', policy]);
  assert.equal(code, 0);
  assert.match(
    out,
    /^Signed by .*, checked by your policy\.\nWitnessed by witness\.example at 2026-09-21T14:13:20Z\.$/m,
  );
  assert.match(out, /^Not proved: that everything that happened was recorded\.$/m);
});

test('a bundle and a proof are known by what they hold', async (t) => {
  const home = newHome(t);
  const files = await bundleFiles(events, 10, 29, signer);
  const bundle = writeBundle(t, files);
  const whole = await home.hansard(['verify', bundle, '--key', vkey]);
  assert.deepEqual([whole.code, whole.err], [0, '']);
  assert.match(whole.out, /^The bundle holds: 20 events, each proved to be in the log\. Files: v3\.ndjson, /);
  assert.match(
    whole.out,
    /Not proved: .*the cells of events\.csv .*; that the export has every event that passes the filters\.$/m,
  );
  assert.equal((await home.hansard(['verify', join(bundle, 'manifest.json'), '--key', vkey])).code, 0);
  writeFileSync(
    join(bundle, 'v3.ndjson'),
    (files.get('v3.ndjson') ?? '').replace('app-guid-12', 'app-guid-99'),
  );
  const changed = await home.hansard(['verify', bundle, '--key', vkey]);
  assert.equal(changed.code, 1);
  assert.match(changed.err, /does not hold\. First bad index 12\.$/m);

  const alone = join(home.folder, 'events.csv.manifest.json');
  writeFileSync(join(home.folder, 'events.csv'), files.get('events.csv') ?? '');
  const csv = new Map([['events.csv', files.get('events.csv') ?? '']]);
  writeFileSync(alone, formatManifest(manifestFor(csv, { count: 20 })));
  const lone = await home.hansard(['verify', alone]);
  assert.equal(lone.code, 0, lone.err);
  assert.match(lone.out, /Not proved: that a log has these events\./);

  const proof = join(home.folder, 'x');
  writeFileSync(proof, await proofFileOf(events, 7, signer));
  const shown = await home.hansard(['verify', proof, '--key', vkey]);
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /^Type: +audit\.app\.create$/m);
  assert.match(shown.out, /^This event is leaf 7 of the log /m);
  const json = JSON.parse((await home.hansard(['verify', proof, '--json'])).out);
  assert.deepEqual(
    [json.kind, json.ok, json.event.leaf.guid, json.signature],
    ['proof', true, events[7]?.leaf.guid, 'none'],
  );
  writeFileSync(proof, (await proofFileOf(events, 7, signer)).replace('index 7', 'index 8'));
  const wrong = await home.hansard(['verify', proof, '--key', vkey]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /First bad index 8\./);
  writeFileSync(proof, 'c2sp.org/tlog-proof@v1\n');
  assert.deepEqual((await home.hansard(['verify', proof])).code, 1);
});

test('what cannot be verified is wrong usage, and says what was expected', async (t) => {
  const home = newHome(t);
  const empty = join(home.folder, 'empty');
  mkdirSync(empty);
  const text = join(home.folder, 'text');
  writeFileSync(text, 'hello');
  const cases: [string[], RegExp][] = [
    [[empty], /is nothing that can be verified: it is not a published log .*, an evidence bundle/],
    [[text], /is nothing that can be verified/],
    [[join(home.folder, 'none')], /there is no such file or folder/],
    [[empty, '--data', empty], /Name one thing to verify/],
    [['--key', 'abc', empty], /^--key: the key "abc" is not/],
    [['--policy', text, empty], /^--policy .*: the last line of the policy does not end/],
    [['--checkpoint', text, empty], /^--checkpoint .*: the note has no empty line/],
    [['--checkpoint', join(home.folder, 'none'), empty], /cannot be read/],
  ];
  for (const [args, expected] of cases) {
    const { code, out, err } = await home.hansard(['verify', ...args]);
    assert.deepEqual([code, out], [2, ''], err);
    assert.match(err, expected);
  }
  writeFileSync(join(empty, 'hansard.db'), '');
  assert.match((await home.hansard(['verify', empty])).err, /is a data folder: verify it with --data/);
});

test('no server, no log there, and nobody logged in have exit codes of their own', async (t) => {
  const home = newHome(t);
  const { url } = await serveLog(t, new Map());
  const none = await home.hansard(['verify', '--url', url]);
  assert.deepEqual(
    [none.code, none.err],
    [4, `There is no log at ${url}: neither checkpoint nor log/checkpoint is there.\n`],
  );
  const page = await serveLog(t, new Map([['checkpoint', Buffer.from('<html>')]]));
  const html = await home.hansard(['verify', '--url', page.url]);
  assert.deepEqual([html.code, /what it answers is no checkpoint/.test(html.err)], [4, true]);
  assert.equal((await home.hansard(['verify'])).code, 3);
  const broken = join(home.folder, '.config/hansard/known-logs.json');
  mkdirSync(join(home.folder, '.config/hansard'), { recursive: true });
  writeFileSync(broken, '{');
  const served = await serveLog(t, logResources(entries.slice(0, 2), signer));
  assert.match(
    (await home.hansard(['verify', '--url', served.url])).err,
    /is broken: remove it to begin anew\.$/m,
  );
});

test('a token goes to its own server alone', async (t) => {
  const home = newHome(t);
  const mine = await serveLog(t, logResources(entries.slice(0, 2), signer), { prefix: '/log' });
  const other = await serveLog(t, logResources(entries.slice(0, 2), signer), { prefix: '/log' });
  const env = { HANSARD_URL: mine.url, HANSARD_TOKEN: 'secret' };
  for (const args of [[], ['--url', mine.url], ['--url', `${mine.url}/log`]]) {
    mine.requests.length = 0;
    const { code, err } = await home.hansard(['verify', ...args], { env });
    assert.equal(code, 0, err);
    assert.ok(mine.requests.every(({ headers }) => headers.authorization === 'bearer secret'));
  }
  assert.equal((await home.hansard(['verify', '--url', other.url], { env })).code, 0);
  assert.ok(other.requests.length > 0);
  assert.ok(other.requests.every(({ headers }) => headers.authorization === undefined));
});

test('the log of a real server is verified behind its address, and in its data folder', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  assert.equal((await server.call('POST', '/v3/organizations', { body: { name: 'acme' } })).status, 201);
  const home = newHome(t);
  const env = { HANSARD_URL: server.url, HANSARD_TOKEN: server.adminToken };
  await server.call('POST', '/log/checkpoint');
  const first = await home.hansard(['verify'], { env });
  assert.equal(first.code, 0, first.err + first.out);
  assert.match(first.out, /^Read \d+ entries; each has the hash of its leaf\./m);
  assert.match(first.out, /checked with the key that the log itself told/);
  const again = await home.hansard(['verify', '--url', server.url], { env });
  assert.equal(again.code, 0, again.err + again.out);
  assert.match(again.out, /It has grown from the checkpoint of \d+ lea/);
  const folder = await home.hansard(['verify', '--data', server.directory]);
  assert.equal(folder.code, 0, folder.err + folder.out);
  assert.match(folder.out, /checked with the keys in the data folder itself/);
});
