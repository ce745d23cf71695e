// Roles act at once and backwards (events-api.md, section C): whoever is given one sees the whole stored history with
// the next request, whoever loses it nothing, whatever links and cursors are kept.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { expectStatus, openWorld, type Person, type World } from '../http/v3/world.ts';
import { listPath, type Page, readPage, walk } from './lists.ts';
import { lend } from './readers.ts';

const apis = ['v2', 'v3'] as const;

describe('a role that is given or taken', () => {
  let world: World;
  let reader: Person;
  let organization: string;
  let space: string;
  before(async () => {
    world = await openWorld();
    reader = await world.person('reader');
    organization = await world.organization('org');
    space = await world.space('space', organization);
    await world.give('organization_user', reader.guid, organization);
    for (const name of ['one', 'two', 'three', 'four', 'five']) {
      const path = `/v3/spaces/${space}`;
      expectStatus(await world.call('PATCH', path, { body: { name } }), 200);
    }
  });
  after(() => world.stop());

  const seen = async (api: 'v2' | 'v3'): Promise<readonly string[]> => {
    const size = api === 'v2' ? 'results-per-page=100' : 'per_page=5000';
    const page = await readPage(world, listPath(api, size), reader.token);
    assert.equal(page.total, page.guids.length);
    return page.guids;
  };
  const history = async (filter: string): Promise<readonly string[]> =>
    (await readPage(world, listPath('v3', `per_page=5000&${filter}`))).guids;

  for (const type of ['space_developer', 'space_auditor', 'space_supporter', 'space_manager']) {
    it(`${type}: the whole history of the space, then nothing`, async () => {
      const takeBack = await lend(world, type, reader.guid, space);
      const whole = await history(`space_guids=${space}`);
      assert.ok(whole.length >= 6);
      // Supporters are kept out of V2 (events-api.md, section A.7).
      const asked = apis.filter((api) => api === 'v3' || type !== 'space_supporter');
      for (const api of asked) assert.deepEqual(await seen(api), whole);
      await takeBack();
      for (const api of apis) assert.deepEqual(await seen(api), []);
    });
  }

  for (const type of ['organization_auditor', 'organization_manager']) {
    it(`${type}: the whole history of the organization, then nothing`, async () => {
      const takeBack = await lend(world, type, reader.guid, organization);
      const whole = await history(`organization_guids=${organization}`);
      for (const api of apis) assert.deepEqual(await seen(api), whole);
      await takeBack();
      for (const api of apis) assert.deepEqual(await seen(api), []);
    });
  }

  it('no link that was kept shows anything afterwards', async () => {
    const takeBack = await lend(world, 'space_auditor', reader.guid, space);
    const links: string[] = [];
    const keep = ({ next, previous, last }: Page) => links.push(...[next, previous, last].filter(Boolean));
    for (const start of [listPath('v2', 'results-per-page=2'), listPath('v3', 'per_page=2')]) {
      await walk(world, start, { token: reader.token, step: keep });
    }
    assert.ok(links.some((link) => link.includes('cursor=')));
    await takeBack();
    for (const link of links) {
      const page = await readPage(world, link, reader.token);
      assert.deepEqual([page.guids, page.total, page.next], [[], 0, ''], link);
    }
  });

  it('every request that begins after the answer counts it, however many run at the time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const takeBack = await lend(world, 'space_auditor', reader.guid, space);
      const running = Array.from({ length: 20 }, (_, index) => seen(apis[index % 2] ?? 'v3'));
      await takeBack();
      const later = await Promise.all(Array.from({ length: 10 }, () => seen('v3')));
      assert.deepEqual(later.flat(), []);
      await Promise.all(running);
    }
  });

  it('goes with the space and with the organization', async () => {
    const path = { space: `/v3/spaces/${space}`, organization: `/v3/organizations/${organization}` };
    await lend(world, 'space_auditor', reader.guid, space);
    await lend(world, 'organization_auditor', reader.guid, organization);
    const before_ = await history(`organization_guids=${organization}`);
    expectStatus(await world.call('DELETE', path.space), 202);
    const whole = await history(`organization_guids=${organization}`);
    // The space's events stay, its end among them, for those who see the organization.
    assert.ok(whole.length > before_.length);
    for (const api of apis) assert.deepEqual(await seen(api), whole);
    expectStatus(await world.call('DELETE', path.organization), 202);
    for (const api of apis) assert.deepEqual(await seen(api), []);
    assert.ok((await history(`organization_guids=${organization}`)).length > whole.length);
  });

  it('goes with the user', async () => {
    const place = await world.organization('left behind');
    const leaver = await world.person('leaver');
    await lend(world, 'organization_auditor', leaver.guid, place);
    const list = () => readPage(world, listPath('v3', ''), leaver.token);
    assert.ok((await list()).total > 0);
    expectStatus(await world.call('DELETE', `/v3/users/${leaver.guid}`), 202);
    assert.deepEqual([(await list()).total, (await list()).guids], [0, []]);
  });
});
