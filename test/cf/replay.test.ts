// Every recorded request sequence of cf 6.53, 7.3 and 8.18 for organizations, spaces, users, roles and events, in
// the order of the recording, each version on a server of its own; then the events, read back.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../harness.ts';
import { Session, type Step, type Version } from './session.ts';

type Recorded = { readonly command: string } & { readonly [V in Version]?: readonly Step[] };

const recorded = JSON.parse(
  readFileSync(new URL('../data/cf-cli.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

/** Types of the events that each command leaves, `audit.` left out; what is not named here leaves none. */
type Trail = Readonly<Record<string, readonly string[]>>;

const rolesOfV2: Trail = {
  'cf create-org o1': ['organization.create', 'user.organization_manager_add'],
  'cf create-space s1': [
    'space.create',
    'user.organization_user_add',
    'user.space_manager_add',
    'user.space_developer_add',
  ],
  'cf create-space s1b -o o1': [
    'space.create',
    'user.organization_user_add',
    'user.space_manager_add',
    'user.space_developer_add',
  ],
  'cf set-org-role bob o1 OrgManager': ['user.organization_manager_add', 'user.organization_user_add'],
  'cf set-org-role bob o1 OrgAuditor': ['user.organization_auditor_add', 'user.organization_user_add'],
  'cf set-space-role bob o1 s1 SpaceDeveloper': ['user.organization_user_add', 'user.space_developer_add'],
  'cf set-space-role bob2 o1 s1 SpaceAuditor': ['user.organization_user_add', 'user.space_auditor_add'],
  'cf create-space z -o o2': [
    'space.create',
    'user.organization_user_add',
    'user.space_manager_add',
    'user.space_developer_add',
  ],
  // A queued deletion is told of before its parts (emitters.md, section 1); each part is, which closes a gap.
  'cf delete-org o9 -f': [
    'organization.delete-request',
    'user.space_auditor_remove',
    'user.space_developer_remove',
    'user.space_manager_remove',
    'space.delete-request',
    'user.organization_user_remove',
    'user.organization_user_remove',
    'user.organization_manager_remove',
    'user.organization_user_remove',
    'user.organization_manager_remove',
  ],
};

const rolesOfV3: Trail = {
  'cf create-org o1': ['organization.create'],
  'cf create-space s1': [
    'space.create',
    'user.organization_user_add',
    'user.space_manager_add',
    'user.space_developer_add',
  ],
  'cf create-space s1b -o o1': ['space.create', 'user.space_manager_add', 'user.space_developer_add'],
  'cf set-org-role bob o1 OrgManager': ['user.organization_manager_add'],
  'cf set-org-role bob o1 OrgAuditor': ['user.organization_auditor_add'],
  'cf set-space-role bob o1 s1 SpaceDeveloper': ['user.organization_user_add', 'user.space_developer_add'],
  'cf set-space-role bob2 o1 s1 SpaceAuditor': ['user.organization_user_add', 'user.space_auditor_add'],
  'cf create-space z -o o2': [
    'space.create',
    'user.organization_user_add',
    'user.space_manager_add',
    'user.space_developer_add',
  ],
  'cf delete-org o9 -f': [
    'user.space_auditor_remove',
    'user.space_developer_remove',
    'user.space_manager_remove',
    'space.delete-request',
    'user.organization_user_remove',
    'user.organization_user_remove',
    'user.organization_manager_remove',
    'user.organization_user_remove',
    'organization.delete-request',
  ],
};

const ofBoth: Trail = {
  'cf create-user bob pw': ['user.create'],
  'cf create-user bob2 pw': ['user.create'],
  'cf unset-space-role bob o1 s1 SpaceDeveloper': ['user.space_developer_remove'],
  'cf unset-org-role bob o1 OrgAuditor': ['user.organization_auditor_remove'],
  'cf curl /v3/organizations -X POST -d {"name":"o2"}': ['organization.create'],
  'cf rename-space s1b s1c': ['space.update'],
  'cf delete-space s1c -f -o o1': [
    'user.space_developer_remove',
    'user.space_manager_remove',
    'space.delete-request',
  ],
  'cf rename-org o1 o9': ['organization.update'],
  'cf delete-user bob -f': ['user.delete'],
};

for (const version of ['6.53', '7.3', '8.18'] as const) {
  const trail: Trail = { ...ofBoth, ...(version === '6.53' ? rolesOfV2 : rolesOfV3) };
  describe(`cf ${version}, as recorded`, () => {
    let server: TestServer;
    let session: Session;
    let seen = 0;
    before(async () => {
      server = await startServer();
      session = new Session(server);
    });
    after(() => server.stop());

    /** Types of the events since the last look, in the log's own order. */
    const news = async (): Promise<string[]> => {
      const { resources } = (await server.call('GET', '/v3/audit_events?per_page=5000')).json;
      const types = resources.slice(seen).map(({ type }: { type: string }) => type.replace(/^audit\./, ''));
      seen = resources.length;
      return types;
    };

    for (const one of recorded) {
      const steps = one[version];
      if (steps === undefined) continue;
      it(one.command, async () => {
        await session.replay(steps, one.command.startsWith('cf curl '));
        const types = await news();
        assert.deepEqual(types, trail[one.command] ?? []);
      });
    }
  });
}
