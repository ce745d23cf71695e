// Short forms of what V2 answers and of what the log tells, for comparing.
import type { Reply } from '../../harness.ts';
import type { Told } from '../v3/world.ts';

/** Type, name of the target and data of each event. */
export function tales(told: readonly Told[]) {
  return told.map(({ type, target, data }) => [type, target.name, data]);
}

/** Status, name, number and sentence of a V2 error. */
export function refusedV2(reply: Reply): readonly [status: number, name: string, code: number, text: string] {
  const { error_code: name, code, description } = reply.json;
  return [reply.status, name, code, description];
}
