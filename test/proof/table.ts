// What was found by what: the table that a test prints, and the checks that are made of every report.
import assert from 'node:assert/strict';
import { type FolderReport, holds } from '../../src/verification.ts';
import { firstBad } from '../../src/verify/finding.ts';
import type { Done } from './mutations.ts';
import type { Workbench } from './workbench.ts';

/** All sentences of a report, the first bad index first. */
export function sentencesOf({ epochs, faults }: FolderReport): string[] {
  return [...epochs.flatMap(({ findings }) => findings.map(({ what }) => what)), ...faults];
}

export class FoundBy {
  readonly #kinds = new Map<string, Map<string, number>>();
  /** How many changes were tried. */
  count = 0;

  add(kind: string, report: FolderReport): void {
    this.count += 1;
    const found = this.#kinds.get(kind) ?? new Map<string, number>();
    this.#kinds.set(kind, found);
    const shapes = new Set(sentencesOf(report).map(shapeOf));
    for (const shape of shapes) found.set(shape, (found.get(shape) ?? 0) + 1);
  }

  print(t: { diagnostic(line: string): void }): void {
    for (const [kind, found] of this.#kinds) {
      const most = [...found].toSorted(([, a], [, b]) => b - a).slice(0, 4);
      t.diagnostic(`${kind}: ${most.map(([shape, times]) => `${times} × ${shape}`).join(' | ')}`);
    }
  }
}

/** A sentence without what differs from one finding to the next. */
function shapeOf(sentence: string): string {
  return sentence
    .replace(/ of log\.test\/\S+/g, ' of …')
    .replace(/"[^"]*"/g, '"…"')
    .replace(/\d+/g, 'N')
    .replace(/(: |type ).{60,}$/, '$1…');
}

/** The change was found; where it touched one event, what is named is its place, or a range that contains it. */
export function assertFound(bench: Workbench, done: Done, report: FolderReport): void {
  assert.ok(!holds(report), `not found: ${done.what}`);
  if (done.event === null) return;
  const place = bench.places.get(done.event);
  if (place === undefined) return;
  const isNamed = report.faults.some((fault) => new RegExp(`\\bevent ${done.event} `, 'i').test(fault));
  const bad = report.epochs.flatMap(({ note, findings }) => {
    const first = firstBad(findings);
    const isOurs = note.checkpoint?.origin.endsWith(`/${place.epoch}`) === true;
    return isOurs && first !== null ? [first] : [];
  });
  const isPlaced = bad.some(({ first, last }) => first <= place.index && place.index <= last);
  const where = `leaf ${place.index} of epoch ${place.epoch}, not ${JSON.stringify(bad)}`;
  assert.ok(
    isPlaced || (bad.length === 0 && isNamed),
    `${done.what}: ${where}: ${sentencesOf(report).slice(0, 3)}`,
  );
}
