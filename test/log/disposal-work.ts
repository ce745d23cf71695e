// The program's own work, and beside it what only tests of disposal ask of the writer.
import type { EventRow } from '../../src/event/event.ts';
import { type Account, insertAccount } from '../../src/identity/account.ts';
import { systemDoer } from '../../src/identity/principal.ts';
import { append } from '../../src/log/append.ts';
import type { Scene, Transaction, WorkTable } from '../../src/store/contract.ts';
import { work as programWork } from '../../src/work.ts';

/** An account with a guid and scopes of the test's choice. */
function addAccount(
  tx: Transaction,
  { guid, scopes, active }: Pick<Account, 'guid' | 'scopes' | 'active'>,
  scene: Scene,
): null {
  return append(tx, scene, systemDoer({ absent: 'a test' }), (at) => {
    const names = { username: guid, email: '', givenName: '', familyName: '' };
    insertAccount(tx, { ...names, active, scopes, passwordHash: null }, guid, at);
    const event = { type: 'audit.log.account_create', target: { type: 'user', guid }, targetName: guid };
    return { events: [event], result: null };
  });
}

export const work: WorkTable = {
  ...programWork,
  'test.append': (tx: Transaction, rows: readonly EventRow[]) => tx.append(rows),
  'test.account': addAccount,
};
