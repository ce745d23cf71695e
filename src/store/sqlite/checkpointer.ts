// The thread that moves the write-ahead log into the database file, so that no commit ever waits for it. PASSIVE
// never blocks a writer or a reader; once everything is moved, the next commit begins the log file anew. While a writer
// never pauses there is always something left to move: then it is the writer that begins anew (writer.ts). A disk that
// fails is tried again a second later: until then the log file grows, and nothing is lost.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type Connection, connect } from './database.ts';
import { sqliteCode } from './message.ts';

const intervalMs = 1_000;

function main(): void {
  const port = parentPort;
  if (port === null) return;
  const connection = connect((workerData as { file: string }).file, 'checkpoint');
  let failed = false;
  const timer = setInterval(() => {
    failed = checkpoint(connection, failed);
  }, intervalMs);
  port.on('message', () => {
    clearInterval(timer);
    connection.close();
    port.close();
  });
  port.postMessage('ready');
}

/** `failed`: whether the last one did; only the first failure of several is told. */
function checkpoint(connection: Connection, failed: boolean): boolean {
  try {
    connection.get('PRAGMA wal_checkpoint(PASSIVE)', []);
    return false;
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
    if (!failed) process.emitWarning(`The write-ahead log cannot be moved into the database: ${error}`);
    return true;
  }
}

if (!isMainThread) main();
