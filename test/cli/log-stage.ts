// A server with the admin's command, and a witness for its log: what the commands about the log are tried on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { VerifierKey } from '../../src/merkle/note.ts';
import { startServer, type TestServer } from '../harness.ts';
import { startWitness, type Witness } from '../witness/witness-server.ts';
import { newHome, type Ran } from './command.ts';

export interface Stage {
  readonly server: TestServer;
  /** Runs the command as the admin, against the server. */
  readonly hansard: (args: readonly string[], token?: string) => Promise<Ran>;
}

/** A server, and the command against it. */
export async function setUp(t: TestContext, witnessPolicy: string | null = null): Promise<Stage> {
  const server = await startServer({ config: { witnessPolicy } });
  t.after(() => server.stop());
  const home = newHome(t);
  return {
    server,
    hansard: (args, token = server.adminToken) =>
      home.hansard(args, { env: { HANSARD_URL: server.url, HANSARD_TOKEN: token } }),
  };
}

export interface Witnessed {
  /** Of the policy file. */
  readonly path: string;
  readonly witness: Witness;
  /** What the witness has cosigned last, as a file. */
  readonly stateFile: string;
  /** The keys that it trusts: to be filled by the test. */
  readonly keys: VerifierKey[];
}

/** A policy file with one witness, which knows the logs of `keys`. */
export async function witnessed(t: TestContext): Promise<Witnessed> {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-witness-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const keys: VerifierKey[] = [];
  const stateFile = join(folder, 'state.json');
  const witness = await startWitness({ logs: keys, stateFile });
  t.after(() => witness.stop());
  const path = join(folder, 'witness.policy');
  writeFileSync(path, `# ours\nwitness w ${witness.vkey} ${witness.url}\nquorum w\n`);
  return { path, witness, stateFile, keys };
}
