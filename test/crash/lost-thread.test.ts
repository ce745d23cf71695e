// A thread of the store that ends unasked is a defect, and ends the process: a server that can no longer write, and
// goes on answering that it cannot, would never be started anew.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

const lane = new URL('../../src/store/sqlite/lane.ts', import.meta.url).href;

/** Asks a thread that behaves as `thread` says; the timer would keep the process for ever. */
function run(thread: string, then: string): { status: number | null; stdout: string; stderr: string } {
  const script = `
    import { Lane } from '${lane}';
    const thread = ${JSON.stringify(`import { parentPort as port } from 'node:worker_threads';\n${thread}`)};
    const lane = new Lane(new URL('data:text/javascript,' + encodeURIComponent(thread)), {}, 10);
    setInterval(() => {}, 1000);
    await lane.ready().catch((error) => { console.log('not ready: ' + error.message); process.exit(0); });
    ${then}
  `;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

describe('a lost thread', () => {
  for (const [how, dies] of [
    ['fails', `throw new Error('out of order')`],
    ['ends', 'process.exit(0)'],
  ]) {
    it(`that ${how} ends the process`, () => {
      const thread = `port.on('message', () => { ${dies}; }); port.postMessage('ready');`;
      const ended = run(thread, `lane.ask({}).catch(() => undefined);`);
      assert.notEqual(ended.status, 0);
      assert.match(ended.stderr, /out of order|the thread of the store has ended/);
    });
  }

  it('that was told to end does not', () => {
    const thread = `port.on('message', () => port.close()); port.postMessage('ready');`;
    const ended = run(thread, `await lane.close(); console.log('closed'); process.exit(0);`);
    assert.deepEqual([ended.status, ended.stdout], [0, 'closed\n'], ended.stderr);
  });

  it('that never begins is told to whoever wanted it', () => {
    const ended = run(`throw new Error('no such file');`, '');
    assert.deepEqual([ended.status, ended.stdout], [0, 'not ready: no such file\n'], ended.stderr);
  });
});
