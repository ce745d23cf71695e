// The guide's five lists by `hansard export`: whole and right also where the page's shell lines are not (more than
// fifty rows, quotes and commas in names, cells that a spreadsheet would calculate, requests of either API's shape).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { newHome, type Ran } from '../cli/command.ts';
import { type GuidePlatform, openGuidePlatform } from './guide.ts';
import { guidOf, importAll, type Told, told, v3Resource } from './told.ts';

const [app, instance] = [guidOf(1, 0xa), guidOf(1, 0x51)];
/** V3, which the command reads, tells the e-mail address; the log-in name only V2 does. */
const user = 'ann@example.org';

describe('hansard export', () => {
  let platform: GuidePlatform;
  before(async () => {
    platform = await openGuidePlatform();
  });
  after(() => platform.world.stop());

  const run = (t: TestContext, args: readonly string[], token = platform.world.adminToken): Promise<Ran> =>
    newHome(t).hansard(args, { env: { HANSARD_URL: platform.world.url, HANSARD_TOKEN: token } });

  async function exported(t: TestContext, ...args: readonly string[]): Promise<string> {
    const { code, out, err } = await run(t, ['export', ...args, '--org', 'YOUR-ORG']);
    assert.equal(code, 0, err);
    return out;
  }
  const rows = async (t: TestContext, ...args: readonly string[]): Promise<string[]> =>
    (await exported(t, ...args)).split('\r\n').slice(0, -1);
  const at = (event: Told | undefined): string => event?.time ?? assert.fail();
  const untimed = (row: string): string => row.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,/, '');

  it('user-access: who, what and whom, in words', async (t) => {
    const [header, first, second, ...performed] = await rows(t, 'user-access');
    const [added, removed] = platform.imported.userAccess;
    assert.equal(header, 'Timestamp,User Performing Action,Action Type,User');
    assert.equal(first, `${at(added)},sandbox-bot,audit.user.space_manager_add,user.name@example.gov`);
    assert.equal(second, `${at(removed)},${user},audit.user.space_auditor_remove,jo`);
    assert.deepEqual(
      performed.map(untimed),
      platform.roleChanges.map(({ actorName, type, user: concerned }) => `${actorName},${type},${concerned}`),
    );
  });

  it('user-access --all-roles: supporters and the roles of organizations too', async (t) => {
    const some = await rows(t, 'user-access');
    const all = (await rows(t, 'user-access', '--all-roles')).map(untimed);
    for (const row of some.map(untimed)) assert.ok(all.includes(row), row);
    for (const row of [
      'pat.manager,audit.user.space_supporter_add,jo.member',
      'pat.manager,audit.user.space_supporter_remove,jo.member',
      'admin,audit.user.organization_user_add,pat.manager',
      'admin,audit.user.organization_manager_add,pat.manager',
    ]) {
      assert.ok(all.includes(row), row);
    }
  });

  it('routes: destinations of V3 as well as the app of V2', async (t) => {
    const [update, create, twofold, removal] = platform.imported.routes;
    assert.deepEqual(await rows(t, 'routes'), [
      'Timestamp,User Performing Action,Action Type,Route,App GUID',
      `${at(update)},${user},audit.route.update,myapproute,${app}`,
      `${at(create)},${user},audit.route.create,old,`,
      `${at(twofold)},${user},audit.route.update,twofold,${app} ${instance}`,
      `${at(removal)},${user},audit.route.delete-request,old,`,
    ]);
  });

  it('service-instances: names as they are, and no formulas', async (t) => {
    const [create, removal, formula] = platform.imported.instances;
    const expected = (cell: string): string[] => [
      'Timestamp,User Performing Action,Action Type,Service Name',
      `${at(create)},${user},audit.service_instance.create,my-service-name`,
      `${at(removal)},${user},audit.service_instance.delete,"my ""old"", service"`,
      `${at(formula)},${user},audit.service_instance.create,${cell}`,
    ];
    assert.deepEqual(await rows(t, 'service-instances'), expected("'=1+1"));
    assert.deepEqual(await rows(t, 'service-instances', '--raw'), expected('=1+1'));
  });

  it('service-bindings: requests of both shapes, routes bound too', async (t) => {
    const [v3, v2, bound, unbound] = platform.imported.bindings;
    assert.deepEqual(await rows(t, 'service-bindings'), [
      'Timestamp,User Performing Action,Action Type,App GUID,Service GUID',
      `${at(v3)},sandbox-bot,audit.service_binding.create,${app},${instance}`,
      `${at(v2)},${user},audit.service_binding.create,${app},${instance}`,
      `${at(bound)},${user},audit.service_instance.bind_route,,${instance}`,
      `${at(unbound)},${user},audit.service_instance.unbind_route,,${instance}`,
    ]);
  });

  it('services: JSON, each event as it was served', async (t) => {
    const { instances, bindings } = platform.imported;
    const expected = [...instances, ...bindings].map((event) => v3Resource(event, platform.world.url));
    assert.deepEqual(JSON.parse(await exported(t, 'services')), expected);
    const lines = (await exported(t, 'services', '--format', 'ndjson')).split('\n').slice(0, -1);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      expected,
    );
  });

  it('narrows by time and space, and writes whole files', async (t) => {
    const [update, create] = platform.imported.routes;
    const period = ['--since', at(update), '--until', at(create)];
    assert.equal((await rows(t, 'routes', ...period)).length, 2);
    const home = newHome(t);
    const env = { HANSARD_URL: platform.world.url, HANSARD_TOKEN: platform.world.adminToken };
    const args = ['export', 'routes', '--org', platform.organization, '-o', 'routes.csv', '--excel'];
    const { code, out, err } = await home.hansard(args, { env });
    assert.deepEqual([code, out], [0, ''], err);
    const file = readFileSync(join(home.folder, 'routes.csv'), 'utf8');
    assert.equal(file, `\ufeff${await exported(t, 'routes')}`);
    const inSpace = await exported(t, 'user-access', '--space', 'space');
    assert.equal(inSpace.split('\r\n').length - 2, platform.roleChanges.length);
  });

  it('shows whoever asks what that person may see, and no more', async (t) => {
    const { world, organization, roleChanges } = platform;
    const auditor = await world.person('the.auditor');
    const args = ['export', 'user-access', '--org', 'YOUR-ORG'];
    const stranger = await run(t, args, auditor.token);
    assert.deepEqual([stranger.code, stranger.out], [1, ''], 'an organization that nobody shows has no name');
    await world.give('organization_user', auditor.guid, organization);
    await world.give('organization_auditor', auditor.guid, organization);
    const { code, out, err } = await run(t, args, auditor.token);
    assert.equal(code, 0, err);
    assert.equal(out.split('\r\n').length - 2, roleChanges.length);
  });

  it('has every row, however many there are', async (t) => {
    const { organization, world } = platform;
    const type = 'audit.service_instance.create';
    const more = Array.from({ length: 2_100 }, (_, index) => told(500 + index, { type, organization }));
    await importAll(
      world,
      more.map((event) => v3Resource(event)),
    );
    const all = await rows(t, 'service-instances');
    assert.equal(all.length, 1 + 3 + more.length);
    assert.equal(new Set(all).size, all.length);
  });
});
