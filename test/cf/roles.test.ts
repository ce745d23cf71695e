// `cf set-org-role`, `unset-org-role`, `set-space-role` and `unset-space-role` for every role that the command of
// each version knows, in the request sequences that were recorded for one role of each kind (cf-cli.md, section 6).
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../harness.ts';
import { Session, type Step } from './session.ts';

/** Role types, and the collection of V2; supporters came after cf 6. */
const organizationRoles = [
  ['organization_manager', 'managers'],
  ['organization_billing_manager', 'billing_managers'],
  ['organization_auditor', 'auditors'],
] as const;
const spaceRoles = [
  ['space_manager', 'managers'],
  ['space_developer', 'developers'],
  ['space_auditor', 'auditors'],
  ['space_supporter', null],
] as const;

const bob = '{"username": "bob"}';
const v2Organization: Step = [200, 'GET', '/v2/organizations?q=name:o1&inline-relations-depth=1'];
const v2Space: Step = [200, 'GET', '/v2/organizations/{ORG}/spaces?q=name:s1&inline-relations-depth=1'];
const flag = (name: string): Step => [200, 'GET', `/v2/config/feature_flags/${name}_roles_by_username`];

function role(type: string, place: 'organization' | 'space'): Step {
  const guid = place === 'organization' ? '{ORG}' : '{SPACE}';
  const relationships = { [place]: { data: { guid } }, user: { data: { username: 'bob' } } };
  return [201, 'POST', '/v3/roles', JSON.stringify({ type, relationships })];
}

const lookUps: Readonly<Record<'7.3' | '8.18', readonly Step[]>> = {
  '7.3': [
    'P7',
    [200, 'GET', '/v3/organizations?names=o1'],
    [200, 'GET', '/v3/spaces?names=s1&organization_guids={ORG}'],
  ],
  '8.18': [
    [200, 'GET', '/v3/organizations?names=o1&page=1&per_page=1'],
    [200, 'GET', '/v3/spaces?names=s1&organization_guids={ORG}&page=1&per_page=1'],
  ],
};

function removal(type: string, place: 'organization' | 'space'): Step[] {
  const where = place === 'organization' ? 'organization_guids={ORG}' : 'space_guids={SPACE}';
  return [
    [200, 'GET', '/v3/users?usernames=bob'],
    [200, 'GET', `/v3/roles?${where}&types=${type}&user_guids={USER}`],
    [202, 'DELETE', '/v3/roles/{ROLE}'],
    [200, 'GET', '/v3/jobs/{JOB}'],
  ];
}

for (const version of ['6.53', '7.3', '8.18'] as const) {
  describe(`cf ${version}: every role`, () => {
    let server: TestServer;
    let session: Session;
    before(async () => {
      server = await startServer();
      const create = async (path: string, body: object): Promise<string> => {
        const reply = await server.call('POST', path, { body });
        assert.equal(reply.status, 201, reply.text);
        return reply.json.guid ?? reply.json.id;
      };
      const organization = await create('/v3/organizations', { name: 'o1' });
      const relationships = { organization: { data: { guid: organization } } };
      await create('/v3/spaces', { name: 's1', relationships });
      const emails = [{ value: 'bob', primary: true }];
      await create('/Users', { userName: 'bob', password: 'pw', emails, origin: '' });
      session = new Session(server);
      await session.replay([
        [200, 'POST', '/oauth/token', 'grant_type=password&password=admin&username=admin'],
      ]);
    });
    after(() => server.stop());

    /** Types of role events since the first look. */
    const trail = async (): Promise<string[]> => {
      const { resources } = (await server.call('GET', '/v3/audit_events?per_page=5000')).json;
      return resources
        .map(({ type }: { type: string }) => type)
        .filter((type: string) => /^audit\.user\..*_(add|remove)$/.test(type));
    };
    const added = async (steps: readonly Step[]): Promise<string[]> => {
      const before_ = (await trail()).length;
      await session.replay(steps);
      return (await trail()).slice(before_).map((type) => type.slice('audit.user.'.length));
    };

    for (const [type, collection] of organizationRoles) {
      it(`${type}, given and taken`, async () => {
        if (version === '6.53') {
          const path = `/v2/organizations/{ORG}/${collection}`;
          const set: Step[] = [
            [201, 'PUT', path, bob],
            [201, 'PUT', '/v2/organizations/{ORG}/users', bob],
          ];
          assert.deepEqual(await added([flag('set'), v2Organization, ...set]), [
            `${type}_add`,
            'organization_user_add',
          ]);
          const unset: Step = [204, 'DELETE', path, bob];
          assert.deepEqual(await added([flag('unset'), v2Organization, unset]), [`${type}_remove`]);
          return;
        }
        const looked = lookUps[version].slice(0, -1);
        assert.deepEqual(await added([...looked, role(type, 'organization')]), [`${type}_add`]);
        assert.deepEqual(await added([...looked, ...removal(type, 'organization')]), [`${type}_remove`]);
      });
    }

    for (const [type, collection] of spaceRoles) {
      if (version === '6.53' && collection === null) continue;
      it(`${type}, given and taken`, async () => {
        if (version === '6.53') {
          const path = `/v2/spaces/{SPACE}/${collection}`;
          const set: Step[] = [
            [201, 'PUT', '/v2/organizations/{ORG}/users', bob],
            [201, 'PUT', path, bob],
          ];
          assert.deepEqual(await added([flag('set'), v2Organization, v2Space, ...set]), [
            'organization_user_add',
            `${type}_add`,
          ]);
          const unset: Step = [204, 'DELETE', path, bob];
          assert.deepEqual(await added([flag('unset'), v2Organization, v2Space, unset]), [`${type}_remove`]);
          return;
        }
        const asked = [...lookUps[version], role('organization_user', 'organization'), role(type, 'space')];
        assert.equal((await added(asked)).at(-1), `${type}_add`);
        assert.deepEqual(await added([...lookUps[version], ...removal(type, 'space')]), [`${type}_remove`]);
      });
    }
  });
}
