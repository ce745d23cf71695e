import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorld, refused } from './world.ts';

test('a job is born finished and anybody who knows its guid may ask for it', async () => {
  const world = await openWorld();
  try {
    const guid = await world.organization('acme');
    const reply = await world.call('DELETE', `/v3/organizations/${guid}`);
    const location = reply.headers.get('location') ?? '';
    const { token } = await world.person('anybody');
    const job = (await world.call('GET', new URL(location).pathname, { token })).json;
    assert.deepEqual(job, {
      guid: location.split('/').at(-1),
      created_at: job.created_at,
      updated_at: job.created_at,
      operation: 'organization.delete',
      state: 'COMPLETE',
      errors: [],
      warnings: [],
      links: { self: { href: location } },
    });
    assert.deepEqual(await refused(world, 'GET', '/v3/jobs/none'), [
      404,
      'CF-ResourceNotFound',
      'Job not found',
    ]);
  } finally {
    await world.stop();
  }
});
