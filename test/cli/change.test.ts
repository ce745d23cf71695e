import assert from 'node:assert/strict';
import { test } from 'node:test';
import { monthsOf, proposalLines } from '../../src/cli/change.ts';

test('months are written with their unit, and nothing else is taken for them', () => {
  assert.deepEqual(['30mo', '1mo', '6y', '100y'].map(monthsOf), [30, 1, 72, 1_200]);
  for (const text of ['30', '30m', 'mo', '1.5y', '-1mo', '30 mo', '12345mo', ''])
    assert.throws(() => monthsOf(text), /is no number of months: write 30mo or 6y/, text);
});

test('a proposal is told in words, also to those who may not see all of it', () => {
  const proposal = {
    kind: 'shorten',
    subject: { organization_guid: null, rule: { kept_months: 12, searchable_months: 6 } },
    reason: 'a memo\u001b[2J',
    proposed_by: { guid: 'g', name: 'ann' },
    proposed_at: '2026-11-22T10:00:00.000000Z',
    acts_at: null,
    lapses_at: '2027-02-20T10:00:00.000000Z',
  };
  assert.deepEqual(proposalLines(proposal), [
    'keep events for 12 months, searchable for 6',
    'reason: a memo\\u001b[2J',
    'proposed by ann at 2026-11-22T10:00:00.000000Z',
    'lapses at 2027-02-20T10:00:00.000000Z unless another administrator approves it',
  ]);
  const first = (more: object) => proposalLines({ ...proposal, ...more })[0];
  assert.equal(
    first({ subject: { organization_guid: 'o', rule: null } }),
    'keep the events of organization o no longer than the policy says',
  );
  assert.equal(first({ subject: null }), 'keep the events of an organization for a shorter time');
  assert.equal(first({ kind: 'release', subject: { hold_name: 'case' } }), 'release hold "case"');
  assert.equal(first({ kind: 'release', subject: null }), 'release hold (not shown)');
  assert.equal(
    first({ kind: 'erase', subject: { event_guid: 'e', parts: ['data', 'particulars'] } }),
    'erase data and names of event e',
  );
  assert.equal(first({ kind: 'erase', subject: null }), 'erase a part of event (not shown)');
  const hidden = { kind: null, subject: null, reason: null, proposed_at: null, proposed_by: null };
  assert.deepEqual(proposalLines({ ...proposal, ...hidden }), [
    'something that is shown to those alone who see the whole log',
    'lapses at 2027-02-20T10:00:00.000000Z unless another administrator approves it',
  ]);
  assert.match(
    proposalLines({ ...proposal, acts_at: '2026-11-29T10:00:00.000000Z' }).at(-1) ?? '',
    /^acts at 2026-11-29T10:00:00\.000000Z unless it is withdrawn/,
  );
});
