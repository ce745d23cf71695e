// The guide's lines, typed as they stand there: each prints the rows and columns that the page promises, of operations
// that were really performed and of events that another platform told. Where a line of the page itself falls short,
// the test says how; `hansard export` does not (guide-command.test.ts).
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type GuidePlatform, lines, missingPrograms, openGuidePlatform, typed } from './guide.ts';
import { guidOf, importAll, type Told, told, v2Resource } from './told.ts';

const missing = missingPrograms();
const [app, instance] = [guidOf(1, 0xa), guidOf(1, 0x51)];

describe('the guide', { skip: missing === '' ? false : `not installed: ${missing}` }, () => {
  let platform: GuidePlatform;
  before(async () => {
    platform = await openGuidePlatform();
  });
  after(() => platform.world.stop());

  const output = async (line: string): Promise<string> => {
    const { code, out, err } = await typed(platform.world, line);
    assert.deepEqual([code, err], [0, '']);
    return out;
  };
  const rows = async (line: string): Promise<string[]> => (await output(line)).split('\n').slice(0, -1);
  const json = async (line: string) => JSON.parse(await output(line));
  const at = (event: Told | undefined): string => event?.time ?? assert.fail();

  it('all events as JSON: the first page of V2', async () => {
    const page = await json(lines.all);
    assert.deepEqual(Object.keys(page), [
      'total_results',
      'total_pages',
      'prev_url',
      'next_url',
      'resources',
    ]);
    assert.equal(page.resources.length, Math.min(50, page.total_results));
    assert.ok(page.total_results > 30);
    for (const { entity } of page.resources) assert.doesNotMatch(entity.type, /^audit\.log\./);
  });

  it('user access as JSON', async () => {
    const page = await json(lines.userAccess);
    const { userAccess } = platform.imported;
    const types = [...userAccess, ...platform.roleChanges].map(({ type }) => type);
    assert.deepEqual(
      page.resources.map((one: { entity: { type: string } }) => one.entity.type),
      types,
    );
    for (const { entity } of page.resources) assert.equal(entity.organization_guid, platform.organization);
  });

  it('user access as CSV', async () => {
    const { userAccess } = platform.imported;
    const [first = '', second = '', ...performed] = await rows(lines.userAccessCsv);
    assert.equal(
      first,
      `${at(userAccess[0])},sandbox-bot,audit.user.space_manager_add,user.name@example.gov`,
    );
    assert.equal(second, `${at(userAccess[1])},${guidOf(1, 0xac)},audit.user.space_auditor_remove,`);
    // V3 asks for roles by relationships, so that `.metadata.request.name` is empty: in the original too.
    assert.deepEqual(
      performed.map((row) => row.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,/, '')),
      platform.roleChanges.map(({ actor, type }) => `${actor},${type},`),
    );
  });

  it('route changes as CSV', async () => {
    const [update, create, twofold, removal] = platform.imported.routes;
    const user = 'user.name@example.gov';
    assert.deepEqual(await rows(lines.routes), [
      `${at(update)},${user},audit.route.update,myapproute,${app}`,
      `${at(create)},${user},audit.route.create,old,`,
      `${at(twofold)},${user},audit.route.update,twofold,`,
      `${at(removal)},${user},audit.route.delete-request,old,`,
    ]);
  });

  it('service instances as CSV; quotes are lost and commas make cells, as on the page', async () => {
    const [create, removal, formula] = platform.imported.instances;
    const user = 'user.name@example.gov';
    assert.deepEqual(await rows(lines.serviceInstances), [
      `${at(create)},${user},audit.service_instance.create,my-service-name`,
      `${at(removal)},,audit.service_instance.delete,my old, service`,
      `${at(formula)},${user},audit.service_instance.create,=1+1`,
    ]);
  });

  it('service bindings as CSV; requests of V2 have no relationships, and a type is misspelt on the page', async () => {
    const [v3, v2, , unbound] = platform.imported.bindings;
    const user = 'user.name@example.gov';
    assert.deepEqual(await rows(lines.serviceBindings), [
      `${at(v3)},,audit.service_binding.create,${app},${instance}`,
      `${at(v2)},${user},audit.service_binding.create,,`,
      `${at(unbound)},${user},audit.service_instance.unbind_route,,`,
    ]);
  });

  it('service events as JSON', async () => {
    const { instances, bindings } = platform.imported;
    const named = [...instances, ...bindings].filter(({ type }) => !type.endsWith('.bind_route'));
    const page = await json(lines.services);
    assert.deepEqual(
      page.resources.map((one: { metadata: { guid: string } }) => one.metadata.guid),
      named.map(({ guid }) => guid),
    );
    const { metadata, entity } = page.resources[0];
    assert.deepEqual({ metadata, entity }, v2Resource(instances[0] ?? assert.fail()));
  });

  it('shows whoever asks what that person may see, and no more', async () => {
    const { world, organization } = platform;
    const auditor = await world.person('the.auditor');
    const list = async (): Promise<number> => {
      const { out } = await typed(world, lines.userAccess, auditor.token);
      return JSON.parse(out).total_results;
    };
    assert.equal(await list(), 0);
    await world.give('organization_user', auditor.guid, organization);
    assert.equal(await list(), 0);
    await world.give('organization_auditor', auditor.guid, organization);
    assert.equal(await list(), platform.roleChanges.length);
  });

  it('prints the first fifty rows: the page says nothing of further ones', async () => {
    const { organization, world } = platform;
    const type = 'audit.service_instance.create';
    const more = Array.from({ length: 60 }, (_, index) => told(500 + index, { type, organization }));
    await importAll(world, more.map(v2Resource));
    assert.equal((await rows(lines.serviceInstances)).length, 50);
  });
});
