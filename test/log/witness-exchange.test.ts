import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import { ed25519Cosigner } from '../../src/merkle/cosignature.ts';
import { parseNote, signatureLine } from '../../src/merkle/note.ts';
import { line, setUp } from './witness-rig.ts';

test('whoever lies or breaks is not believed, and the others count all the same', async (t) => {
  const { log, witness, liar, open, kept } = setUp(t);
  const honest = await witness('honest');
  const text = (): string => parseNote(log.note()).text;
  const stranger = ed25519Cosigner('liar.test', generateKeyPairSync('ed25519').privateKey);
  let key: KeyObject = generateKeyPairSync('ed25519').privateKey;
  const own = () => ed25519Cosigner('liar.test', key);
  const cases: readonly (readonly [string, RequestListener, RegExp])[] = [
    ['a wrong signature', says(200, () => signatureLine(own().cosign(`${text()}x\n`, 1))), /not by that key/],
    ['another key', says(200, () => signatureLine(stranger.cosign(text(), 1))), /no cosignature by its key/],
    ['garbage', says(200, () => '\0garbage'), /its answer is wrong/],
    ['nothing', says(200, () => ''), /its answer is wrong/],
    ['a huge body', says(200, () => 'x'.repeat(limits.witnessAnswerBytesMax + 1)), /larger than 65536 bytes/],
    ['403', says(403, () => 'no'), /trusts none of the log's keys/],
    ['404', says(404, () => 'no'), /does not know the origin/],
    ['500', says(500, () => 'no'), /it answered 500/],
    [
      'a redirection',
      (_, response) => response.writeHead(307, { location: honest.url }).end(),
      /it answered 307/,
    ],
    ['a size that is none', says(409, () => '-7\n', 'text/x.tlog.size'), /the size that it tells/],
    ['a conflict without a size', says(409, () => '7\n'), /takes no proof from there/],
    ['422 without an old size', says(422, () => 'no'), /without an older one/],
    ['a cut connection', (request) => request.socket.destroy(), /cannot be reached/],
  ];
  for (const [what, answer, reason] of cases) {
    const who = await liar(answer);
    key = who.privateKey;
    const lines = `${line('liar', who)}${line('honest', honest)}group one any liar honest\nquorum one\n`;
    const witnesses = open(lines, { known: [] });
    const [first, second] = await witnesses.ask();
    assert.equal(first?.kind, 'failed', what);
    assert.match(first?.reason ?? '', reason, what);
    assert.equal(second?.kind, 'cosigned', what);
    assert.equal(parseNote(witnesses.published() ?? '').signatures.length, 2, what);
  }
  assert.ok(kept.every(({ signature }) => signature.name === 'honest.test'));
});

test('whoever does not come to an end is not waited for', async (t) => {
  const { liar, open } = setUp(t);
  const cases: readonly (readonly [string, RequestListener])[] = [
    ['silence', () => undefined],
    ['a body without end', (_, response) => void response.writeHead(200).write('x')],
  ];
  for (const [what, answer] of cases) {
    const witnesses = open(`${line('w', await liar(answer))}quorum w\n`, { answerMsMax: 50 });
    const [outcome] = await witnesses.ask();
    assert.deepEqual(
      [outcome?.kind, outcome?.reason],
      ['failed', 'it gave no answer within 0.05 seconds'],
      what,
    );
  }
});

function says(status: number, body: () => string, type = 'text/plain'): RequestListener {
  return (_, response) => void response.writeHead(status, { 'content-type': type }).end(body());
}

test('foreign cosignatures beside the own one are passed over', async (t) => {
  const { log, liar, open } = setUp(t);
  const stranger = ed25519Cosigner('stranger.test', generateKeyPairSync('ed25519').privateKey);
  const { text } = parseNote(log.note());
  let own = '';
  const who = await liar(says(200, () => `${signatureLine(stranger.cosign(text, 1))}${own}`));
  own = signatureLine(ed25519Cosigner('liar.test', who.privateKey).cosign(text, 1));
  const witnesses = open(`${line('w', who)}quorum w\n`);
  await witnesses.ask();
  const names = parseNote(witnesses.published() ?? '').signatures.map(({ name }) => name);
  assert.deepEqual(names, [log.origin, 'liar.test']);
});

test('a size that does not lead anywhere is asked about once', async (t) => {
  const { liar, open } = setUp(t);
  let told = 1;
  let requests = 0;
  const who = await liar((_, response) => {
    [requests, told] = [requests + 1, told + 1];
    response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end(`${told}\n`);
  });
  const [outcome] = await open(`${line('w', who)}quorum w\n`).ask();
  assert.deepEqual([outcome?.kind, requests], ['failed', 2]);
});
