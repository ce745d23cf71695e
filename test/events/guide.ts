// The guide that people follow for their five lists ("Auditing activity", for `cf curl` and `jq`): its lines as they
// stand there, a shell to type them into, and a platform with something to find for each of them.
import { spawnSync } from 'node:child_process';
import { type Ran, run } from '../cli/command.ts';
import type { TestServer } from '../harness.ts';
import { expectStatus, openWorld, type Person, roleBody, type World } from '../http/v3/world.ts';
import { guidOf, importAll, type Told, told, v2Resource, v3Resource } from './told.ts';

const org = 'export GUID=$(cf org YOUR-ORG --guid)\n';
const unquoted = 'sed -e s/\\"//g';

/** Word for word; the organization of the tests is really called YOUR-ORG. */
export const lines = {
  all: 'cf curl /v2/events',
  userAccess: `${org}cf curl "/v2/events?q=type+IN+audit.user.space_developer_add,audit.user.space_developer_remove,audit.user.space_auditor_add,audit.user.space_auditor_remove,audit.user.space_manager_add,audit.user.space_manager_remove&q=organization_guid:$GUID"`,
  userAccessCsv: `${org}cf curl "/v2/events?q=type+IN+audit.user.space_developer_add,audit.user.space_developer_remove,audit.user.space_auditor_add,audit.user.space_auditor_remove,audit.user.space_manager_add,audit.user.space_manager_remove&q=organization_guid:$GUID" | jq -c -r '.resources[].entity | [ .timestamp, .actor, .type, .metadata.request.name ] | @csv' | ${unquoted}`,
  routes: `${org}cf curl "/v2/events?q=type+IN+audit.route.create,audit.route.delete-request,audit.route.update&q=organization_guid:$GUID" | jq -c -r '.resources[].entity | [.timestamp, .actor_username, .type, .actee_name, .metadata.request.app ] | @csv' | ${unquoted}`,
  serviceInstances: `${org}cf curl "/v2/events?q=type+IN+audit.service_instance.create,audit.service_instance.delete&q=organization_guid:$GUID" | jq -c -r '.resources[].entity | [ .timestamp, .actor_username, .type, .actee_name ] | @csv' | ${unquoted}`,
  serviceBindings: `${org}cf curl "/v2/events?q=type+IN+audit.service_binding.create,service_instance.bind_route,audit.service_instance.unbind_route&q=organization_guid:$GUID" | jq -c -r '.resources[].entity | [.timestamp, .actor_username, .type, .metadata.request.relationships.app.data.guid, .metadata.request.relationships.service_instance.data.guid ] | @csv'  | ${unquoted}`,
  services: `${org}cf curl "/v2/events?q=type+IN+audit.service.create,audit.service.delete,audit.service.update,audit.service_binding.create,audit.service_binding.delete,service_instance.bind_route,audit.service_instance.create,audit.service_instance.delete,audit.service_instance.unbind_route,audit.service_instance.update&q=organization_guid:$GUID"`,
} as const;

/** The little of the cf command that the guide needs. */
const cf = `
cf() {
  case $1 in
    curl) curl -sS -H "Authorization: bearer $TOKEN" "$API$2" ;;
    org) cf curl "/v3/organizations?names=$2" | jq -r '.resources[].guid' ;;
  esac
}
`;

/** Which of the programs that the guide's lines call are not here; '' where all are. */
export function missingPrograms(): string {
  const programs = ['sh', 'jq', 'curl', 'sed'];
  return programs.filter((program) => spawnSync(program, ['--version']).error !== undefined).join(', ');
}

/** Types a line of the guide into a shell. */
export function typed(server: TestServer, line: string, token = server.adminToken): Promise<Ran> {
  const env = { PATH: process.env.PATH ?? '', API: server.url, TOKEN: token };
  return run('sh', ['-c', `set -e\n${cf}${line}`], server.directory, env);
}

/** A role that was given or taken, as it was performed. */
export interface RoleChange {
  readonly actor: string;
  readonly actorName: string;
  readonly type: string;
  readonly user: string;
}

export interface GuidePlatform {
  readonly world: World;
  readonly organization: string;
  readonly admin: Person;
  /** In the order in which they happened; those of the six types that the guide lists. */
  readonly roleChanges: readonly RoleChange[];
  /** What another platform told, by recipe, in the order of the log. */
  readonly imported: Readonly<Record<'userAccess' | 'routes' | 'instances' | 'bindings', readonly Told[]>>;
}

export async function openGuidePlatform(): Promise<GuidePlatform> {
  const world = await openWorld();
  const organization = await world.organization('YOUR-ORG');
  const other = await world.organization('another');
  const adminGuid = String((await world.call('GET', '/userinfo')).json.user_id);
  const admin = { name: 'admin', guid: adminGuid, token: world.adminToken };
  const roleChanges = await changeRoles(world, admin, organization, other);
  const imported = importedEvents(organization);
  const elsewhere = Object.values(importedEvents(other)).flatMap((events) =>
    events.map((event) => ({ ...event, guid: event.guid.replace('0000000e', '0000000f') })),
  );
  const shapes = [v2Resource, v3Resource];
  const bindings = imported.bindings.map((event, index) => (shapes[index % 2] ?? v2Resource)(event));
  const rest = [...imported.userAccess, ...imported.routes, ...imported.instances, ...elsewhere];
  // V2 last: what V3 did not tell is added, so that both have been through each event of a binding.
  await importAll(world, [...bindings, ...rest.map(v2Resource), ...imported.bindings.map(v2Resource)]);
  return { world, organization, admin, roleChanges, imported };
}

async function changeRoles(
  world: World,
  admin: Person,
  organization: string,
  other: string,
): Promise<RoleChange[]> {
  const space = await world.space('space', organization);
  const elsewhere = await world.space('space', other);
  const [manager, member] = [await world.person('pat.manager'), await world.person('jo.member')];
  for (const place of [organization, other]) {
    for (const { guid } of [manager, member]) await world.give('organization_user', guid, place);
  }
  await world.give('space_developer', member.guid, elsewhere);
  await world.give('organization_manager', manager.guid, organization);
  const changes: RoleChange[] = [];
  const performed = (actor: Person, type: string): void => {
    if (!type.includes('supporter'))
      changes.push({ actor: actor.guid, actorName: actor.name, type, user: member.name });
  };
  const given: { actor: Person; type: string; guid: string }[] = [];
  for (const [index, type] of [
    'space_developer',
    'space_auditor',
    'space_supporter',
    'space_manager',
  ].entries()) {
    const actor = index % 2 === 0 ? manager : admin;
    const body = roleBody(type, { username: member.name }, space);
    const reply = expectStatus(await world.call('POST', '/v3/roles', { body, token: actor.token }), 201);
    performed(actor, `audit.user.${type}_add`);
    given.push({ actor, type, guid: reply.json.guid });
  }
  for (const { actor, type, guid } of given) {
    expectStatus(await world.call('DELETE', `/v3/roles/${guid}`, { token: actor.token }), 202);
    performed(actor, `audit.user.${type}_remove`);
  }
  return changes;
}

/** Requests in the shapes of V2 and V3; the first of each list is the guide's own example. */
function importedEvents(organization: string): GuidePlatform['imported'] {
  const [app, instance] = [guidOf(1, 0xa), guidOf(1, 0x51)];
  let number = 0;
  const event = (type: string, members: Partial<Told>): Told => {
    number += 1;
    const time = `2018-02-05T19:36:${String(number).padStart(2, '0')}Z`;
    return told(number, { type, time, organization, username: 'user.name@example.gov', ...members });
  };
  const bot = { actor: 'sandbox-bot', actorName: '', username: '' };
  const v3Binding = {
    type: 'app',
    relationships: { app: { data: { guid: app } }, service_instance: { data: { guid: instance } } },
  };
  return {
    userAccess: [
      event('audit.user.space_manager_add', {
        ...bot,
        targetName: 'user.name@example.gov',
        data: { request: { name: 'user.name@example.gov' } },
      }),
      event('audit.user.space_auditor_remove', { targetName: 'jo', data: { request: null } }),
    ],
    routes: [
      event('audit.route.update', { targetName: 'myapproute', data: { request: { app, verb: 'add' } } }),
      event('audit.route.create', {
        targetName: 'old',
        data: { request: { host: 'old', domain_guid: app } },
      }),
      event('audit.route.update', {
        targetName: 'twofold',
        data: { request: { destinations: [{ app: { guid: app } }, { app: { guid: instance } }] } },
      }),
      event('audit.route.delete-request', { targetName: 'old', data: { request: { recursive: true } } }),
    ],
    instances: [
      event('audit.service_instance.create', {
        targetName: 'my-service-name',
        targetType: 'service_instance',
      }),
      event('audit.service_instance.delete', { targetName: 'my "old", service', username: null }),
      event('audit.service_instance.create', { targetName: '=1+1' }),
    ],
    bindings: [
      event('audit.service_binding.create', { ...bot, data: { request: v3Binding } }),
      event('audit.service_binding.create', {
        data: { request: { app_guid: app, service_instance_guid: instance } },
      }),
      event('audit.service_instance.bind_route', { target: instance, targetType: 'service_instance' }),
      event('audit.service_instance.unbind_route', { target: instance, targetType: 'service_instance' }),
    ],
  };
}
