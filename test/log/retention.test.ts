import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { microsText, parseInstant } from '../../src/core/instant.ts';
import type { StoredEvent } from '../../src/event/event.ts';
import { type Hold, holdFilter, holdOn } from '../../src/log/hold.ts';
import {
  eventExpiry,
  explains,
  isShorter,
  monthsBefore,
  presets,
  type Retention,
  segmentExpiry,
} from '../../src/log/retention.ts';
import { matches } from '../../src/query/matches.ts';

const instant = (text: string): number => parseInstant(text)?.instant ?? assert.fail(text);

describe('months', () => {
  it('are calendar months, to the microsecond, and end with a month that is too short', () => {
    const cases = [
      ['2026-11-22T10:20:30.123456Z', 30, '2024-05-22T10:20:30.123456Z'],
      ['2026-03-31T00:00:00.000000Z', 1, '2026-02-28T00:00:00.000000Z'],
      ['2024-03-31T23:59:59.999999Z', 1, '2024-02-29T23:59:59.999999Z'],
      ['2024-02-29T12:00:00.000001Z', 12, '2023-02-28T12:00:00.000001Z'],
      ['2026-01-15T00:00:00.000000Z', 1, '2025-12-15T00:00:00.000000Z'],
      ['2026-01-15T00:00:00.000000Z', 1_200, '1926-01-15T00:00:00.000000Z'],
      ['1960-05-05T01:02:03.000004Z', 3, '1960-02-05T01:02:03.000004Z'],
    ] as const;
    for (const [at, months, before] of cases)
      assert.equal(microsText(monthsBefore(instant(at), months)), before);
  });

  it('never end earlier for a later instant, and are never shorter than asked for', () => {
    const at = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2100, 0) }).map((ms) => ms * 1000 + 7);
    fc.assert(
      fc.property(at, at, fc.integer({ min: 0, max: 1_200 }), (one, other, months) => {
        const [early, late] = [Math.min(one, other), Math.max(one, other)];
        assert.ok(monthsBefore(early, months) <= monthsBefore(late, months));
        const cut = new Date(Math.floor(monthsBefore(one, months) / 1000));
        const from = new Date(Math.floor(one / 1000));
        const passed =
          (from.getUTCFullYear() - cut.getUTCFullYear()) * 12 + from.getUTCMonth() - cut.getUTCMonth();
        assert.equal(passed, months);
      }),
    );
  });
});

describe('presets', () => {
  it('promise no more than they keep', () => {
    for (const { searchableMonths, keptMonths } of Object.values(presets))
      assert.ok(searchableMonths <= keptMonths);
    assert.ok(isShorter(presets['m-26-14'], presets.default));
    assert.ok(isShorter(presets['nara-grs-3.2'], presets.default));
    assert.ok(!isShorter(presets['m-21-31-legacy'], presets.default));
    assert.ok(!isShorter(presets.default, presets['m-26-14']));
  });
});

const scope = {
  organizationGuid: '',
  spaceGuid: '',
  actorGuid: '',
  targetGuid: '',
  types: [],
  from: null,
  until: null,
};
const hold: Hold = {
  ...scope,
  guid: 'h',
  name: 'case',
  reason: 'r',
  createdAt: 1,
  createdBy: { guid: 'a', name: 'a' },
};
const event: StoredEvent = {
  id: 1,
  origin: 'x',
  guid: '00000000-0000-7000-8000-000000000001',
  type: 'audit.app.create',
  audience: 'platform',
  occurredAt: 1_000,
  recordedAt: 2_000,
  actor: { type: 'user', guid: 'ann' },
  target: { type: 'app', guid: 'app' },
  spaceGuid: 's',
  organizationGuid: 'o',
  outcome: 'success',
  data: '{}',
  particulars: {},
  sealed: null,
  erased: [],
};

describe('holds', () => {
  it('cover what all of their conditions hold for, and everything without any', () => {
    const covers = (conditions: Partial<Hold>) => matches(holdFilter({ ...hold, ...conditions }), event);
    for (const conditions of [
      {},
      { organizationGuid: 'o' },
      { spaceGuid: 's', actorGuid: 'ann', targetGuid: 'app' },
      { types: ['audit.space.create', 'audit.app.create'] },
      { types: ['audit.app.*'] },
      { types: ['audit.space.create', 'audit.*'] },
      { from: 1_000, until: 1_001 },
    ])
      assert.ok(covers(conditions), JSON.stringify(conditions));
    for (const conditions of [
      { organizationGuid: 'p' },
      { organizationGuid: 'o', actorGuid: 'bob' },
      { types: ['audit.app.cre'] },
      { types: ['audit.space.*'] },
      { from: 1_001 },
      { until: 1_000 },
    ])
      assert.ok(!covers(conditions), JSON.stringify(conditions));
    const other = { ...hold, guid: 'i', actorGuid: 'bob' };
    assert.equal(holdOn([other], event), undefined);
    assert.equal(holdOn([other, hold], event), hold);
  });
});

describe('expiry', () => {
  const setBy = { guid: 'a', name: 'a' };
  const retention = (more: Partial<Retention> = {}): Retention => ({
    policy: { preset: 'default', ...presets.default, since: null, setBy: null },
    prolongations: [],
    holds: [],
    ...more,
  });
  const longer = (organizationGuid: string, keptMonths: number) =>
    ({ organizationGuid, preset: 'custom', searchableMonths: 12, keptMonths, since: 1, setBy }) as const;
  const at = instant('2026-11-22T10:20:30Z');
  const beforeOf = ({ terms }: ReturnType<typeof eventExpiry>, one: StoredEvent) =>
    terms.find(({ filter }) => matches(filter, one))?.before;

  it('gives an organization its longer term, never a shorter one', () => {
    const rules = retention({ prolongations: [longer('o', 72), longer('p', 6), longer('q', 72)] });
    const expiry = eventExpiry(rules, at);
    assert.equal(beforeOf(expiry, event), monthsBefore(at, 72));
    assert.equal(beforeOf(expiry, { ...event, organizationGuid: 'q' }), monthsBefore(at, 72));
    assert.equal(beforeOf(expiry, { ...event, organizationGuid: 'p' }), monthsBefore(at, 30));
    assert.equal(beforeOf(expiry, { ...event, organizationGuid: '' }), monthsBefore(at, 30));
    assert.equal(expiry.terms.length, 3);
  });

  it('keeps what explains the log itself, and its segments for six years at least', () => {
    const types = ['audit.log.dispose', 'audit.log.hold_create', 'audit.log.epoch', 'audit.log.erase'];
    for (const type of types) {
      assert.ok(explains(type));
      assert.equal(beforeOf(eventExpiry(retention(), at), { ...event, type }), Number.MIN_SAFE_INTEGER);
      assert.equal(beforeOf(segmentExpiry(retention(), at), { ...event, type }), monthsBefore(at, 72));
    }
    assert.ok(!explains('audit.log.login'));
    assert.equal(beforeOf(segmentExpiry(retention(), at), event), monthsBefore(at, 30));
    const rules = retention({ prolongations: [longer('gone', 100)] });
    assert.equal(beforeOf(segmentExpiry(rules, at), event), monthsBefore(at, 100));
    assert.equal(
      beforeOf(segmentExpiry(rules, at), { ...event, type: 'audit.log.dispose' }),
      monthsBefore(at, 100),
    );
  });

  it('holds everything that a hold covers', () => {
    const { held } = eventExpiry(retention({ holds: [hold] }), at);
    assert.deepEqual(held, [holdFilter(hold)]);
  });
});
