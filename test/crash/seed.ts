// Random choices that can be had again: a test prints its seed, and HANSARD_TEST_SEED=<seed> replays it.
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';

export interface Dice {
  /** A whole number from 0 to below `sides`. */
  roll(sides: number): number;
  pick<T>(from: readonly T[]): T | undefined;
}

/** The seed from the environment, or a fresh one; printed either way. */
export function freshSeed(t: TestContext): number {
  const given = Number(process.env.HANSARD_TEST_SEED);
  const seed = Number.isInteger(given) && given > 0 ? given : randomInt(1, 2 ** 31);
  t.diagnostic(`seed ${seed}; HANSARD_TEST_SEED=${seed} replays`);
  return seed;
}

/** Mulberry32: small, and good enough to choose what a test does. */
export function diceOf(seed: number): Dice {
  let state = seed | 0;
  const roll = (sides: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
  return { roll, pick: (from) => from[roll(from.length)] };
}
