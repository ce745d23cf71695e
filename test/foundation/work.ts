// The program's own work, and beside it what only tests ask of the writer.
import { featureFlagTable } from '../../src/foundation/table/feature-flags.ts';
import { type Account, accountTable, insertAccount } from '../../src/identity/account.ts';
import { systemDoer } from '../../src/identity/principal.ts';
import { append } from '../../src/log/append.ts';
import type { Scene, Transaction, WorkTable } from '../../src/store/contract.ts';
import { work as programWork } from '../../src/work.ts';

/** Opens a feature to everybody, as an operator would. */
function enableFlag(tx: Transaction, name: string, scene: Scene): null {
  return append(tx, scene, systemDoer({ absent: 'a test' }), (at) => {
    tx.insert(featureFlagTable, { name, enabled: true, updated_at: at });
    const target = { type: 'feature_flag', guid: name };
    return { events: [{ type: 'audit.feature_flag.update', target, targetName: name }], result: null };
  });
}

/** An account of any origin, as another identity provider would bring it along. */
function bringAccount(
  tx: Transaction,
  { guid, username, origin }: Pick<Account, 'guid' | 'username' | 'origin'>,
  scene: Scene,
): null {
  return append(tx, scene, systemDoer({ absent: 'a test' }), (at) => {
    const account = { username, email: '', givenName: '', familyName: '', active: true, scopes: [] };
    insertAccount(tx, { ...account, passwordHash: null }, guid, at);
    tx.update(accountTable, { guid }, { origin });
    const event = { type: 'audit.log.account_create', target: { type: 'user', guid }, targetName: username };
    return { events: [event], result: null };
  });
}

export const work: WorkTable = {
  ...programWork,
  'test.enableFlag': enableFlag,
  'test.bringAccount': bringAccount,
};
