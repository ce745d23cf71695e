import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateLines, runLines } from '../../src/cli/retention-report.ts';

test('the certificate of a run is told in words', () => {
  const place = (index: number) => ({ epoch: 1, index });
  const event = {
    guid: 'c',
    type: 'audit.log.dispose',
    occurred_at: '2026-11-22T10:00:00.000000Z',
    actor: { guid: 'system', username: 'system' },
    data: {
      judged_at: '2026-11-22T10:00:00.000001Z',
      rule: { preset: 'default', searchable_months: 12, kept_months: 30 },
      erased: {
        events: 1_201,
        organizations: [
          { organization_guid: 'o', events: 1_000 },
          { organization_guid: null, events: 1 },
        ],
        more: 200,
        first: place(0),
        last: place(1_300),
        from: '2024-01-01T00:00:00.000000Z',
        to: '2024-05-22T00:00:00.000000Z',
      },
      checkpoint: { origin: 'log.test/0123456789abcdef/1', size: 5_000, root: 'abc=' },
      spared: [{ hold_guid: 'h', name: 'case', events: 2 }],
      backups: [{ name: 'monday\u001b', at: '2025-01-01T00:00:00.000000Z' }],
    },
  };
  assert.deepEqual(certificateLines(event), [
    'Certificate:  c',
    'At:           2026-11-22T10:00:00.000000Z',
    'By:           system',
    'Rule:         default: kept 30 months',
    'Judged at:    2026-11-22T10:00:00.000001Z',
    'Erased:       1,201 events',
    '              of 2024-01-01T00:00:00.000000Z to 2024-05-22T00:00:00.000000Z',
    '              leaves 1/0 to 1/1300 (epoch/index)',
    '              1,000 events of organization o',
    '              1 event of no organization',
    '              200 events of other organizations',
    'Checkpoint:   log.test/0123456789abcdef/1 5000 abc=',
    '',
    'Spared',
    '  Hold "case" keeps 2 events past their term.',
    '',
    'Copies that may still hold it',
    '  2025-01-01T00:00:00.000000Z  monday\\u001b',
  ]);
});

test('a run is told with its certificate, or as still at work', () => {
  const spared = [{ name: 'case', events: 1 }];
  assert.deepEqual(runLines({ state: 'done', certificate: 'c', erased: 2, dropped: 1, spared }), [
    'Data and names of 2 events erased.',
    '1 event in whole segments dropped.',
    'Hold "case" keeps 1 event past their term.',
    'Certificate: c',
  ]);
  assert.match(runLines({ state: 'running' })[0] ?? '', /at work/);
});
