// What travels between the process and the store's threads. Errors cross as data and are made whole again.
import { AppError, type ErrorName, pushback } from '../../core/error.ts';
import type { Commit } from '../contract.ts';
import type { LeafBatch } from './tree.ts';

export type Failure =
  | {
      readonly kind: 'app';
      readonly entry: ErrorName;
      readonly args: readonly string[];
      readonly retry?: number;
    }
  | { readonly kind: 'defect'; readonly message: string; readonly stack: string };

export type Outcome =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly failure: Failure };

export type ToWriter =
  | { readonly id: number; readonly kind: 'work'; readonly name: string; readonly input: unknown }
  | { readonly id: number; readonly kind: 'seal'; readonly batch: LeafBatch }
  | { readonly id: number; readonly kind: 'purge' };

export interface FromThread {
  readonly outcomes: readonly Outcome[];
  readonly commit?: Commit;
}

export interface ToReader {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export function failureOf(failed: unknown): Failure {
  const error = isOutage(failed) ? outage(failed) : failed;
  if (error instanceof AppError) {
    const { entry, args, retryAfterSeconds: retry } = error;
    return retry === undefined ? { kind: 'app', entry, args } : { kind: 'app', entry, args, retry };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'defect', message, stack: stack ?? message };
}

export function errorOf(failure: Failure): Error {
  if (failure.kind === 'app') return new AppError(failure.entry, failure.args, failure.retry);
  const error = new Error(failure.message);
  error.stack = failure.stack;
  return error;
}

/** SQLite's result codes for what the machine lacks: memory, a disk that works, room on it, a file that opens. */
const outages: readonly number[] = [7, 10, 13, 14];

/** SQLite's result code of an error; null for an error that is not SQLite's, but the program's own. */
export function sqliteCode(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : null;
}

/** Whether SQLite failed for want of something that may be there again the next time. */
function isOutage(error: unknown): error is Error {
  return outages.includes(sqliteCode(error) ?? 0);
}

const outage = ({ message }: Error): AppError => pushback(`The store cannot be reached: ${message}`);

/** A full disk, an I/O error: nothing of the group was kept, and the caller may come again. */
export const commitFailed = (error: unknown): AppError =>
  pushback(
    `The change could not be made durable and was undone: ${error instanceof Error ? error.message : error}`,
  );
