// Fifty real events of cloud.gov (2016), as its own client kept them: imported by the command, asked by every filter of
// V2 and V3, and held against what jq says of the file; and the lists that compliance teams ask for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { newHome, type Ran } from '../cli/command.ts';
import { startServer, type TestServer } from '../harness.ts';
import { type Api, assertWalk, listPath, walk } from './lists.ts';
import { logEvents } from './told.ts';

/** Beside the checkout: the project's own repository holds no copy. */
const file = fileURLToPath(new URL('../../../shared/data/cloud-gov-2016-events.json', import.meta.url));
const missing = [
  existsSync(file) ? '' : 'the file of real events is not here',
  spawnSync('jq', ['--version']).error === undefined ? '' : 'jq is not installed',
].filter(Boolean);

interface Entity {
  readonly type: string;
  readonly actee: string;
  readonly actor_name: string;
  readonly actee_name: string;
  readonly timestamp: string;
  readonly space_guid: string;
  readonly organization_guid: string;
}

/** What a jq program says of the file. */
// biome-ignore lint/suspicious/noExplicitAny: an answer is read as it comes
function jq(program: string): any {
  const { status, stdout, stderr } = spawnSync('jq', ['-c', program, file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** For each condition, the guids of the events that pass it, in the order of the log. */
function guidsWhere(conditions: readonly string[]): string[][] {
  const selected = conditions.map((condition) => `[.[] | select(.entity | ${condition}) | .metadata.guid]`);
  return jq(`.resources | sort_by(.entity.timestamp) | [${selected.join(',')}]`);
}

describe('real events', { skip: missing.length > 0 ? missing.join('; ') : false }, () => {
  let server: TestServer;
  let entities: readonly Entity[];
  before(async () => {
    server = await startServer();
    entities = jq('[.resources[].entity]');
  });
  after(() => server.stop());

  const hansard = (t: TestContext, args: readonly string[]): Promise<Ran> =>
    newHome(t).hansard(args, { env: { HANSARD_URL: server.url, HANSARD_TOKEN: server.adminToken } });

  it('are imported by the command, and once more without a change', async (t) => {
    const first = await hansard(t, ['import', file, '--origin', 'cloud.gov']);
    assert.deepEqual(
      [first.code, first.out],
      [0, '50 new under origin cloud.gov, 0 known, 0 refused.\n'],
      first.err,
    );
    const second = await hansard(t, ['import', file, '--origin', 'cloud.gov', '--json']);
    assert.equal(second.code, 0, second.err);
    assert.deepEqual(JSON.parse(second.out), { new: 0, known: 50, refused: 0, elsewhere: 0, refusals: [] });
    const records = await logEvents(server, 'audit.log.import');
    assert.deepEqual(
      records.map(({ target, data }) => [target.guid, data.new, data.known, data.refused]),
      [
        ['cloud.gov', 50, 0, 0],
        ['cloud.gov', 0, 50, 0],
      ],
    );
  });

  it('come out as they went in', async () => {
    const [guids = []] = guidsWhere(['true']);
    const query = 'q=timestamp<2017-01-01&results-per-page=100';
    const { json } = await server.call('GET', listPath('v2', query));
    assert.equal(json.total_results, 50);
    const resources = new Map<string, { metadata: object; entity: object }>(
      jq('[.resources[] | [.metadata.guid, .]]'),
    );
    for (const [index, { metadata, entity }] of json.resources.entries()) {
      assert.equal(metadata.guid, guids[index]);
      const told = resources.get(metadata.guid);
      // The file is older than actor_username.
      assert.deepEqual({ metadata, entity }, { ...told, entity: { ...told?.entity, actor_username: null } });
    }
  });

  it('are found by type, space, organization, actee and time as jq finds them', async () => {
    const values = (name: keyof Entity) => [...new Set(entities.map((entity) => entity[name]))].sort();
    const lists: (readonly [api: Api, query: string, condition: string])[] = [];
    const attributes = [
      ['type', 'types', 'type'],
      ['space_guid', 'space_guids', 'space_guid'],
      ['organization_guid', 'organization_guids', 'organization_guid'],
      ['actee', 'target_guids', 'actee'],
    ] as const;
    for (const [q, parameter, name] of attributes) {
      for (const value of values(name)) {
        const condition = `.${name} == "${value}"`;
        lists.push(['v2', `q=${q}:${value}`, condition], ['v3', `${parameter}=${value}`, condition]);
      }
    }
    for (const time of values('timestamp')) {
      for (const [q, parameter, operator] of operators) {
        const condition = `.timestamp ${operator} "${time}"`;
        lists.push(['v2', `q=timestamp${q}${time}&q=timestamp<2017-01-01`, condition]);
        lists.push(['v3', `created_ats${parameter}=${time}&updated_ats[lt]=2017-01-01T00:00:00Z`, condition]);
      }
    }
    const app = entities[0]?.actee ?? '';
    const both = `.actee == "${app}" and (.type == "app.crash" or .type == "audit.app.update")`;
    lists.push(['v2', `q=actee:${app}%3Btype%20IN%20app.crash,audit.app.update`, both]);
    lists.push(['v3', `target_guids=${app}&types=app.crash,audit.app.update`, both]);
    lists.push(['v3', `target_guids[not]=${app}&created_ats[lt]=2017-01-01T00:00:00Z`, `.actee != "${app}"`]);
    assert.ok(lists.length > 300);
    const expected = guidsWhere(lists.map(([, , condition]) => condition));
    for (const [index, [api, query]] of lists.entries()) {
      const size = api === 'v2' ? 'results-per-page=20' : 'per_page=20';
      assertWalk(await walk(server, listPath(api, `${size}&${query}`)), expected[index] ?? [], 20);
    }
  });

  it('give every recipe its rows', async (t) => {
    const organization = entities[0]?.organization_guid ?? '';
    const counts: Record<string, readonly number[]> = {};
    for (const recipe of ['user-access', 'routes', 'service-instances', 'service-bindings']) {
      const { code, out, err } = await hansard(t, ['export', recipe, '--org', organization]);
      assert.equal(code, 0, err);
      const types = out
        .split('\r\n')
        .slice(1, -1)
        .map((row) => row.split(',')[2]);
      counts[recipe] = ['create', 'delete'].map(
        (end) => types.filter((type) => type?.endsWith(`.${end}`)).length,
      );
      assert.equal(
        types.length,
        counts[recipe].reduce((sum, count) => sum + count),
      );
    }
    assert.deepEqual(counts, {
      'user-access': [0, 0],
      routes: [1, 0],
      'service-instances': [2, 2],
      'service-bindings': [0, 0],
    });
    const services = await hansard(t, ['export', 'services', '--org', organization]);
    assert.equal(JSON.parse(services.out).length, 4);
  });

  it('name their users by e-mail, where no log-in name is known', async (t) => {
    const program =
      '[.resources[].entity | select(.type == "audit.service_instance.create" or .type == "audit.service_instance.delete")] | sort_by(.timestamp)';
    const expected = jq(program).map((one: Entity) =>
      [one.timestamp, one.actor_name, one.type, one.actee_name].join(','),
    );
    const { out } = await hansard(t, ['export', 'service-instances']);
    assert.deepEqual(out.split('\r\n').slice(1, -1), expected);
    assert.match(expected[0], /,fake-persona@gsa\.gov,/);
  });
});

const operators = [
  ['<', '[lt]', '<'],
  ['<=', '[lte]', '<='],
  ['>', '[gt]', '>'],
  ['>=', '[gte]', '>='],
  [':', '', '=='],
] as const;
