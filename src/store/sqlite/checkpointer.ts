// The thread that moves the write-ahead log into the database file, so that no commit ever waits for it. PASSIVE
// never blocks a writer or a reader; once everything is moved, the next commit begins the log file anew.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { connect } from './database.ts';

const intervalMs = 1_000;

function main(): void {
  const port = parentPort;
  if (port === null) return;
  const connection = connect((workerData as { file: string }).file, 'checkpoint');
  const timer = setInterval(() => connection.get('PRAGMA wal_checkpoint(PASSIVE)', []), intervalMs);
  port.on('message', () => {
    clearInterval(timer);
    connection.close();
    port.close();
  });
  port.postMessage('ready');
}

if (!isMainThread) main();
