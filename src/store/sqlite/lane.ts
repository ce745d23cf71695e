// The process's end of one of the store's threads: questions go out with a number, outcomes come back to it. A thread
// that ends unasked is a defect and ends the process (core/error.ts): what it held nobody knows, the next start does.
import { Worker } from 'node:worker_threads';
import { pushback } from '../../core/error.ts';
import type { Commit } from '../contract.ts';
import { errorOf, type FromThread } from './message.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Lane {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #queueMax: number;
  readonly #ready: Promise<void>;
  readonly #ended: Promise<void>;
  #next = 1;
  #gone: Error | null = null;
  #mayEnd = true;

  constructor(script: URL, data: object, queueMax: number, onCommit: (commit: Commit) => void = () => {}) {
    this.#queueMax = queueMax;
    this.#worker = new Worker(script, { workerData: data });
    this.#ready = new Promise((resolve, reject) => {
      this.#worker.once('message', () => {
        this.#mayEnd = false;
        resolve();
      });
      this.#worker.once('error', reject);
    });
    this.#ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', (message: FromThread | 'ready') => {
      if (message === 'ready') return;
      if (message.commit !== undefined) onCommit(message.commit);
      for (const outcome of message.outcomes) {
        const waiting = this.#waiting.get(outcome.id);
        this.#waiting.delete(outcome.id);
        if (outcome.ok) waiting?.resolve(outcome.value);
        else waiting?.reject(errorOf(outcome.failure));
      }
    });
    this.#worker.on('error', (error) =>
      this.#lose(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on('exit', () => this.#lose(new Error('the thread of the store has ended')));
  }

  /** How many questions have no answer yet. */
  get load(): number {
    return this.#waiting.size;
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  ask(question: object): Promise<unknown> {
    if (this.#gone !== null) return Promise.reject(pushback('The store is not running'));
    if (this.#waiting.size >= this.#queueMax)
      return Promise.reject(pushback('Too much is waiting for the store'));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#worker.postMessage({ ...question, id });
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** Lets the thread finish what it was asked, then ends it. */
  async close(): Promise<void> {
    this.#mayEnd = true;
    this.#worker.postMessage('close');
    await this.#ended;
  }

  #lose(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (!this.#mayEnd) throw error;
  }
}
