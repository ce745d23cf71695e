// One process at a time: the lock on `lock.db` is held for the life of the process and falls with it, also under
// kill -9. A second process is refused with a sentence; it never waits.
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../core/error.ts';
import { sqliteCode } from './message.ts';
import { ownFile } from './own-file.ts';

export interface Lock {
  release(): void;
}

/** SQLITE_BUSY */
const busy = 5;

/** Takes the lock of a data folder, or throws ServiceUnavailable when another process holds it. */
export function lock(directory: string): Lock {
  const file = `${directory}/lock.db`;
  ownFile(file);
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (sqliteCode(error) !== busy) throw error;
    throw new AppError('ServiceUnavailable', [
      `The data folder ${directory} is in use by another Hansard process. Stop that process, or name another folder with --data.`,
    ]);
  }
  return {
    release: () => {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}
