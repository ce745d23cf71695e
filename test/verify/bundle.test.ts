import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { Malformed } from '../../src/merkle/malformed.ts';
import { parsePolicy } from '../../src/merkle/policy.ts';
import { type BundleReport, verifyBundle } from '../../src/verify/bundle.ts';
import { firstBad } from '../../src/verify/finding.ts';
import { formatManifest, type Manifest } from '../../src/verify/manifest.ts';
import { bundleFiles, manifestFor, writeBundle } from './evidence-folder.ts';
import { newFolder, testEvents, testSigner } from './log-folder.ts';

const signer = testSigner();
const events = testEvents(300);
const files = await bundleFiles(events, 250, 269, signer);
const trust = { keys: [signer.key] };

function sentences({ findings }: BundleReport): string[] {
  return findings.map(({ what }) => what);
}

/** A bundle with one file changed; the manifest fits it, as a forger would make it. */
function forged(t: TestContext, name: string, change: (text: string) => string): string {
  const changed = new Map(files).set(name, change(files.get(name) ?? ''));
  return writeBundle(t, changed);
}

function lines(change: (lines: string[]) => string[]): (text: string) => string {
  return (text) =>
    change(text.split('\n').slice(0, -1))
      .map((line) => `${line}\n`)
      .join('');
}

/** Changes the JSON of line `place` (from 0). */
function line(place: number, change: (json: Record<string, unknown>) => object): (text: string) => string {
  return lines((all) => all.with(place, JSON.stringify(change(JSON.parse(all[place] ?? '')))));
}

test('a bundle as it was written holds, in every form of export', async (t) => {
  const report = await verifyBundle(writeBundle(t, files), trust);
  assert.deepEqual(sentences(report), []);
  const { proved, erased, later, hasProofs, unlisted } = report;
  assert.deepEqual(
    { proved, erased, later, hasProofs, unlisted },
    {
      proved: 20,
      erased: 0,
      later: 0,
      hasProofs: true,
      unlisted: [],
    },
  );
  assert.equal(report.checkpoints[0]?.note.checkpoint?.size, 300);
});

test('an empty export holds', async (t) => {
  const none = await bundleFiles(events, 0, -1, signer);
  none.delete('checkpoint');
  assert.deepEqual(sentences(await verifyBundle(writeBundle(t, none), trust)), []);
});

test('a file that is changed, missing or of another length is named', async (t) => {
  const folder = writeBundle(t, files);
  writeFileSync(join(folder, 'events.csv'), (files.get('events.csv') ?? '').replace('a ""', 'b ""'));
  writeFileSync(join(folder, 'v2.json'), `${files.get('v2.json')} `);
  rmSync(join(folder, 'api.ndjson'));
  assert.deepEqual(
    sentences(await verifyBundle(folder, trust))
      .slice(0, 3)
      .sort(),
    [
      'api.ndjson is missing, or cannot be read.',
      'events.csv has another SHA-256 than the manifest says.',
      `v2.json has more than the ${files.get('v2.json')?.length} bytes that the manifest says.`,
    ],
  );
});

test('what nobody listed is told, and is no fault', async (t) => {
  const folder = writeBundle(t, files);
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  const report = await verifyBundle(folder, trust);
  assert.deepEqual([sentences(report), report.unlisted], [[], ['notes.txt']]);
});

test('an exported event that says something else than its leaf is found, whatever the manifest says', async (t) => {
  const cases: [string, string, string, RegExp][] = [
    [
      'v3.ndjson',
      '"created_at":"2026',
      '"created_at":"2025',
      /^v3\.ndjson line 1: created_at is not what leaf 250 says\.$/,
    ],
    ['v3.ndjson', '"guid":"app-guid-255"', '"guid":"app-guid-256"', /line 6: target\.guid is/],
    ['v3.ndjson', '"name":"app-251"', '"name":"app-252"', /line 2: target\.name is/],
    ['v3.ndjson', '"size":1.50', '"size":1.5', /line 1: data is/],
    ['v3.ndjson', '"space":null', '"space":{"guid":"x"}', /line \d+: space is/],
    [
      'v2.json',
      '"actor_username":"jo"',
      '"actor_username":"sam"',
      /^v2\.json line 2: entity\.actor_username is/,
    ],
    ['v2.json', '"actee_type":"app"', '"actee_type":"route"', /line 2: entity\.actee_type is/],
    ['api.ndjson', '"outcome":"success"', '"outcome":"failure"', /^api\.ndjson line 1: outcome is/],
    ['api.ndjson', '"context":null', '"context":{"address":"192.0.2.1"}', /^$/],
  ];
  for (const [name, from, to, expected] of cases) {
    const report = await verifyBundle(
      forged(t, name, (text) => text.replace(from, to)),
      trust,
    );
    assert.match(sentences(report)[0] ?? '', expected, `${name}: ${to}`);
    if (expected.source !== '^$') assert.ok((firstBad(report.findings)?.first ?? 0) >= 250);
  }
});

test('a member that a form does not have is found, wherever it stands', async (t) => {
  // Numbers come back as they were.
  const written = (row: object) => JSON.stringify(row).replace('"size":1.5}', '"size":1.50}');
  const edited = (change: (row: Record<string, object>) => object) => (text: string) => {
    const row = /^\{.*\}/m.exec(text)?.[0] ?? assert.fail();
    return text.replace(row, written(change(JSON.parse(row))));
  };
  const cases: [string, (row: Record<string, object>) => object, string][] = [
    ['v3.ndjson', (row) => ({ ...row, outcome: 'failure' }), 'outcome'],
    ['v3.ndjson', (row) => ({ ...row, context: { address: '192.0.2.1' } }), 'context'],
    ['v3.ndjson', (row) => ({ ...row, actor: { ...row.actor, username: 'sam' } }), 'actor.username'],
    ['v3.ndjson', (row) => ({ ...row, target: { ...row.target, more: {} } }), 'target.more'],
    ['v3.ndjson', (row) => ({ ...row, 'actor.guid': 'sam' }), 'actor.guid'],
    ['v2.json', (row) => ({ ...row, type: 'audit.app.delete-request' }), 'type'],
    ['v2.json', (row) => ({ ...row, actor: { guid: 'sam' }, links: {} }), 'actor, links'],
    ['v2.json', (row) => ({ ...row, entity: { ...row.entity, outcome: 'failure' } }), 'entity.outcome'],
    [
      'api.ndjson',
      ({ occurred_at: time, ...row }) => ({ ...row, created_at: time, updated_at: time }),
      'created_at, updated_at, space.guid, organization.guid, origin, audience, outcome, recorded_at, actor.username, ' +
        'space_guid, organization_guid, context, sealed, erased',
    ],
    ['api.ndjson', (row) => ({ ...row, links: {} }), 'links'],
    ['api.ndjson', (row) => ({ ...row, sealed: { epoch: 1, index: 5 } }), 'sealed'],
    ['api.ndjson', (row) => ({ ...row, erased: ['data'] }), 'erased'],
  ];
  for (const [name, change, expected] of cases) {
    const { findings } = await verifyBundle(forged(t, name, edited(change)), trust);
    const what = findings.map((finding) => finding.what);
    const place = `${name} line ${name === 'v2.json' ? 2 : 1}`;
    assert.deepEqual(what, [`${place}: ${expected} is not what leaf 250 says.`]);
  }
});

test('links are nobody’s to prove, and null is sealed for what was served before', async (t) => {
  const linked = forged(t, 'v3.ndjson', (text) =>
    text.replace(/"links":\{[^}]*\}\}/, '"links":{"self":"nobody"}'),
  );
  assert.deepEqual(sentences(await verifyBundle(linked, trust)), []);
  const early = forged(t, 'api.ndjson', (text) => text.replace(/"sealed":\{[^}]*\}/, '"sealed":null'));
  assert.deepEqual(sentences(await verifyBundle(early, trust)), []);
});

test('names that the log learned later are counted, not believed', async (t) => {
  const unnamed = testEvents(4).map((event) => event);
  const some = await bundleFiles(unnamed, 0, 3, signer);
  const added = new Map(some).set(
    'api.ndjson',
    (some.get('api.ndjson') ?? '').replace('"context":null', '"context":{"address":"192.0.2.1"}'),
  );
  const report = await verifyBundle(writeBundle(t, added), trust);
  assert.deepEqual([sentences(report), report.later], [[], 1]);
});

test('rows that are missing, added or out of order are found', async (t) => {
  const cases: [string, (all: string[]) => string[], RegExp, number][] = [
    ['v3.ndjson', (all) => all.toSpliced(5, 1), /^v3\.ndjson line 6: guid, created_at/, 255],
    ['v3.ndjson', (all) => all.slice(0, -1), /^v3\.ndjson has no row for leaf 269/, 269],
    ['v3.ndjson', (all) => [...all, all[0] ?? ''], /^v3\.ndjson goes on after its 20 events, in line 21/, -1],
    ['v3.ndjson', (all) => all.with(3, all[4] ?? '').with(4, all[3] ?? ''), /^v3\.ndjson line 4: guid/, 253],
    [
      'events.csv',
      (all) => all.slice(0, -2),
      /^events\.csv has 19 events, not 20 as the manifest says\.$/,
      -1,
    ],
    ['v2.json', (all) => all.slice(0, -1), /^v2\.json: the array does not end\.$/, -1],
    [
      'v2.json',
      (all) => ['{}', ...all],
      /^v2\.json: line 1 is not part of an array with one event a line\.$/,
      -1,
    ],
  ];
  for (const [name, change, expected, leaf] of cases) {
    const report = await verifyBundle(forged(t, name, lines(change)), trust);
    assert.match(sentences(report)[0] ?? '', expected);
    assert.equal(firstBad(report.findings)?.first ?? -1, leaf, name);
  }
});

test('evidence that proves nothing, or something else, is found', async (t) => {
  const cases: [(json: Record<string, unknown>) => object, RegExp][] = [
    [
      (json) => ({ ...json, index: 251 }),
      /^evidence\.ndjson line 1: leaf 251 is not proved to lie in the tree of 300 leaves/,
    ],
    [(json) => ({ ...json, proof: [] }), /leaf 250 is not proved/],
    [(json) => ({ ...json, epoch: 2 }), /there is no checkpoint of epoch 2 to prove leaf 250 by/],
    [
      (json) => ({ ...json, entry: String(json.entry).replace('jo-guid', 'xx-guid') }),
      /leaf 250 is not proved/,
    ],
    [(json) => ({ ...json, entry: '{}' }), /line 1: the entry is not the leaf of an event/],
    [(json) => ({ ...json, data: '{}' }), /its data is not what the leaf commits to/],
    [(json) => ({ ...json, data_salt: null }), /its data cannot be checked: its salt is missing/],
    [(json) => ({ ...json, data_salt: '00' }), /its data cannot be checked: its salt is not 32 bytes in hex/],
    [(json) => ({ ...json, particulars: null }), /its particulars is missing, although its salt is there/],
    [(json) => ({ ...json, more: 1 }), /line 1: the line has the unknown member "more"/],
    [(json) => ({ index: json.index }), /line 1: the line has no member/],
  ];
  for (const [change, expected] of cases) {
    const report = await verifyBundle(forged(t, 'evidence.ndjson', line(0, change)), trust);
    assert.ok(
      sentences(report).some((sentence) => expected.test(sentence)),
      sentences(report).join('\n'),
    );
  }
});

test('an event that stands twice is found, although it is proved twice', async (t) => {
  const twice = (text: string) => lines((all) => [...all, all[7] ?? ''])(text);
  const changed = new Map(files);
  for (const name of ['evidence.ndjson', 'v3.ndjson', 'api.ndjson'])
    changed.set(name, twice(files.get(name) ?? ''));
  for (const name of ['v2.json', 'events.csv']) changed.delete(name);
  const report = await verifyBundle(writeBundle(t, changed), trust);
  assert.match(
    sentences(report).find((what) => what.startsWith('evidence')) ?? '',
    /line 21: leaf 257 is there a second time/,
  );
});

test('the erased parts of an event are counted, and must not be shown', async (t) => {
  const erase = line(2, (json) => ({
    ...json,
    data: null,
    data_salt: null,
    particulars: null,
    particulars_salt: null,
  }));
  const changed = new Map(files).set('evidence.ndjson', erase(files.get('evidence.ndjson') ?? ''));
  const shown = await verifyBundle(writeBundle(t, changed), trust);
  assert.match(sentences(shown)[0] ?? '', /line \d: .*data.* is not what leaf 252 says/);
  for (const name of ['v2.json', 'events.csv', 'api.ndjson']) changed.delete(name);
  const blank = line(2, (json) => ({
    ...json,
    data: {},
    actor: { guid: 'jo-guid', type: 'user', name: null },
    target: { guid: 'app-guid-252', type: 'app', name: '' },
  }));
  changed.set('v3.ndjson', blank(files.get('v3.ndjson') ?? ''));
  const report = await verifyBundle(writeBundle(t, changed), trust);
  assert.deepEqual([sentences(report), report.erased, report.proved], [[], 1, 20]);
});

test('a checkpoint that nobody known signed, or of another log, is refused', async (t) => {
  const folder = writeBundle(t, files);
  const unknown = await verifyBundle(folder, { keys: [testSigner().key] });
  assert.match(sentences(unknown)[0] ?? '', /^checkpoint: The checkpoint is not signed by a known key/);
  assert.deepEqual(sentences(await verifyBundle(folder)), []);
  const manifest = manifestFor(files);
  const [log] = manifest.logs;
  assert.ok(log !== undefined);
  const renamed = { ...manifest, logs: [{ ...log, origin: 'other.example/1' }] };
  const other = await verifyBundle(writeBundle(t, files, renamed), trust);
  assert.match(
    sentences(other)[0] ?? '',
    /^checkpoint is of the log "log\.example.*", not "other\.example\/1"\.$/,
  );
});

test('counts and places in the manifest are held to the evidence', async (t) => {
  const manifest = manifestFor(files);
  const [log] = manifest.logs;
  assert.ok(log !== undefined);
  const cases: Partial<Manifest>[] = [
    { count: 21 },
    { logs: [{ ...log, first_index: 249 }] },
    { logs: [{ ...log, last_index: 270 }] },
    { logs: [{ ...log, count: 19 }] },
  ];
  for (const more of cases) {
    const report = await verifyBundle(writeBundle(t, files, { ...manifest, ...more }), trust);
    assert.ok(report.findings.length > 0, JSON.stringify(more));
  }
});

test('evidence that was taken out is missed while a log is named', async (t) => {
  const without = new Map(files);
  without.delete('evidence.ndjson');
  const { logs } = manifestFor(files);
  const report = await verifyBundle(
    writeBundle(t, without, manifestFor(without, { logs, count: 20 })),
    trust,
  );
  assert.match(
    sentences(report)[0] ?? '',
    /^The manifest names checkpoints, but there is no evidence\.ndjson/,
  );
});

test('whoever names keys is told that there is no evidence', async (t) => {
  const csv = new Map([['events.csv', files.get('events.csv') ?? '']]);
  const folder = writeBundle(t, csv, manifestFor(csv, { count: 20 }));
  const expected = ['There is no evidence: no signature could be checked.'];
  const policy = parsePolicy('quorum none\n');
  for (const known of [trust, { policy }]) {
    assert.deepEqual(sentences(await verifyBundle(folder, known)), expected);
  }
  assert.deepEqual(sentences(await verifyBundle(folder)), []);
});

test('files that no evidence speaks of are named; what can be compared is, whatever its letters', async (t) => {
  const more = new Map(files).set('export.xlsx', 'PK').set('report.CSV', files.get('events.csv') ?? '');
  more.set('V3.NDJSON', (files.get('v3.ndjson') ?? '').replace('"app-250"', '"app-999"'));
  const report = await verifyBundle(writeBundle(t, more), trust);
  assert.deepEqual(report.uncompared, ['events.csv', 'export.xlsx', 'report.CSV']);
  assert.deepEqual(sentences(report), ['V3.NDJSON line 1: target.name is not what leaf 250 says.']);
  more.delete('V3.NDJSON');
  more.set('report.CSV', 'Timestamp,Data\r\n');
  assert.deepEqual(sentences(await verifyBundle(writeBundle(t, more), trust)), [
    'report.CSV has 0 events, not 20 as the manifest says.',
  ]);
});

test('links, pipes and devices are not read', async (t) => {
  const elsewhere = writeBundle(t, files);
  const replaced: [string, (path: string, name: string) => void][] = [
    ['link', (path, name) => symlinkSync(join(elsewhere, name), path)],
    ['device', (path) => symlinkSync('/dev/zero', path)],
    ['pipe', (path) => execFileSync('mkfifo', [path])],
  ];
  for (const [kind, replace] of replaced) {
    for (const name of files.keys()) {
      const folder = writeBundle(t, files);
      rmSync(join(folder, name));
      replace(join(folder, name), name);
      const { findings } = await verifyBundle(folder, trust);
      const wanted = `${name} is missing, or cannot be read.`;
      assert.ok(
        findings.some(({ what }) => what === wanted),
        `${kind} ${name}`,
      );
    }
    const folder = writeBundle(t, files);
    rmSync(join(folder, 'manifest.json'));
    replace(join(folder, 'manifest.json'), 'manifest.json');
    await assert.rejects(verifyBundle(folder, trust), new Malformed('manifest.json is not a regular file'));
  }
});

test('a lone manifest beside a file has its digest and its number of rows checked', async (t) => {
  const folder = newFolder(t);
  const alone = new Map([['events.csv', files.get('events.csv') ?? '']]);
  const path = join(folder, 'events.csv.manifest.json');
  writeFileSync(join(folder, 'events.csv'), alone.get('events.csv') ?? '');
  writeFileSync(path, formatManifest(manifestFor(alone, { count: 20 })));
  const report = await verifyBundle(path);
  assert.deepEqual([sentences(report), report.hasProofs], [[], false]);
  writeFileSync(path, formatManifest(manifestFor(alone, { count: 19 })));
  assert.deepEqual(sentences(await verifyBundle(path)), [
    'events.csv has 20 events, not 19 as the manifest says.',
  ]);
  renameSync(join(folder, 'events.csv'), join(folder, 'other.csv'));
  assert.deepEqual(sentences(await verifyBundle(path)), ['events.csv is missing, or cannot be read.']);
});

test('whatever byte of a bundle is flipped, it is refused', async (t) => {
  const small = await bundleFiles(events, 10, 15, signer);
  const manifest = formatManifest(manifestFor(small));
  const folder = writeBundle(t, small);
  const all = new Map([...small, ['manifest.json', manifest]]);
  // What describes the export for people is nobody's to prove.
  const free = /"(?:tool|created_at|server|filters)": (?:"[^"]*"|\[[^\]]*\])|[ \n]/g;
  const unproved = new Set(
    [...manifest.matchAll(free)].flatMap(({ index, 0: text }) => Array.from(text, (_, at) => index + at)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...all.keys()),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 1, max: 127 }),
      async (name, where, bits) => {
        const bytes = Buffer.from(all.get(name) ?? '');
        const at = Math.floor(where * bytes.length);
        fc.pre(name !== 'manifest.json' || !unproved.has(at));
        bytes[at] = (bytes[at] ?? 0) ^ bits;
        writeFileSync(join(folder, name), bytes);
        try {
          const found = await verifyBundle(folder, trust).then(
            ({ findings }) => findings.length,
            (error) => (error instanceof Malformed ? 1 : Promise.reject(error)),
          );
          assert.ok(found > 0, `${name} at ${at} went unnoticed`);
        } finally {
          writeFileSync(join(folder, name), all.get(name) ?? '');
        }
      },
    ),
    { numRuns: 300 },
  );
});
