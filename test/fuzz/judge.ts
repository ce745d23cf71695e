// What every answer must be, whatever was asked: no defect, the envelope of its dialect with a sentence in it, JSON,
// and nothing of the program's inside.
import assert from 'node:assert/strict';
import type { Dialect } from '../../src/http/route.ts';
import type { Answered } from './exchange.ts';

const inside =
  /\.ts:\d+|\n\s+at |node_modules|file:\/\/|node:internal|hansard-test-|hansard\.db|SQLITE|ERR_[A-Z]|\[object |undefined/;

/** `what` is told where the answer is not as it must be. `media`: what it is sent in where all is well. */
export function judge(answer: Answered, dialect: Dialect, what: string, media = 'application/json'): void {
  const { status, headers, body } = answer;
  const told = `${what}\n-> ${status} ${body.slice(0, 500)}`;
  assert.ok(status < 500 || status === 503, told);
  if (status === 503) assert.match(String(headers['retry-after']), /^\d+$/, told);
  if (body === '') {
    assert.ok(status < 400, told);
    return;
  }
  if (media !== 'application/json' && status < 400) {
    assert.equal(String(headers['content-type']).split(';')[0], media, told);
    return;
  }
  assert.match(String(headers['content-type']), /^application\/json\b/, told);
  assert.doesNotThrow(() => JSON.parse(body), told);
  if (status < 400) return;
  const leak = inside.exec(body)?.[0];
  assert.ok(leak === undefined || what.includes(leak), told);
  const sentences = sentencesOf(JSON.parse(body), dialect);
  assert.ok(sentences.length > 0, told);
  for (const sentence of sentences) {
    assert.ok(typeof sentence === 'string' && /\p{L}{2}/u.test(sentence), told);
    assert.ok(!sentence.includes('%s') || what.includes('%s'), told);
  }
}

/** The sentences of an error; none where the envelope is not the dialect's. */
export function sentencesOf(json: unknown, dialect: Dialect): unknown[] {
  if (typeof json !== 'object' || json === null) return [];
  const envelope = json as Readonly<Record<string, unknown>>;
  if (dialect === 'uaa') {
    return typeof envelope.error === 'string' ? [envelope.error_description] : [];
  }
  if (dialect === 'v2' || dialect === 'root') {
    const whole = typeof envelope.error_code === 'string' && Number.isInteger(envelope.code);
    return whole ? [envelope.description] : [];
  }
  const errors = Array.isArray(envelope.errors) ? envelope.errors : [];
  return errors.map((error: Readonly<Record<string, unknown>>) => {
    const whole = typeof error.title === 'string' && Number.isInteger(error.code);
    return whole ? error.detail : null;
  });
}
