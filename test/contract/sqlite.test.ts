import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { type OpenedStore, storeContract } from './store-contract.ts';

async function open(directory: string): Promise<OpenedStore> {
  const store = await openSqliteStore({
    directory,
    work: new URL('./work.ts', import.meta.url),
    segmentEvents: 17,
  });
  return {
    store,
    reopen: async () => {
      await store.close();
      return open(directory);
    },
    discard: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

storeContract('sqlite', async () => open(await mkdtemp(join(tmpdir(), 'hansard-contract-'))));
