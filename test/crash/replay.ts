// The foundation's rows as its events tell them: whoever replays the log must arrive at what the tables hold.
import assert from 'node:assert/strict';

/** An event as `/v3/audit_events` answers it, as far as it is looked at here. */
export interface AuditEvent {
  readonly guid: string;
  readonly created_at: string;
  readonly type: string;
  readonly target: { readonly guid: string; readonly type: string; readonly name: string };
  readonly data: { readonly request?: { readonly name?: string } | null };
  readonly space: { readonly guid: string } | null;
  readonly organization: { readonly guid: string } | null;
}

/** What exists: names by guid for organizations and spaces, keys for roles, guids for users. */
export interface World {
  readonly organizations: Map<string, string>;
  readonly spaces: Map<string, string>;
  readonly roles: Set<string>;
  readonly users: Set<string>;
}

export function emptyWorld(): World {
  return { organizations: new Map(), spaces: new Map(), roles: new Set(), users: new Set() };
}

export function roleKey(type: string, user: string, place: string): string {
  return `${type} of ${user} in ${place}`;
}

/** Applies one event. Fails where it tells of something that, by the events before it, cannot have happened. */
export function apply(world: World, event: AuditEvent): void {
  const { type, target } = event;
  const [, noun = '', verb = ''] = type.split('.');
  const told = `${type} of ${target.guid} (event ${event.guid})`;
  if (noun === 'organization' || noun === 'space') {
    const names = noun === 'space' ? world.spaces : world.organizations;
    assert.equal(names.has(target.guid), verb !== 'create', told);
    if (verb === 'delete-request') names.delete(target.guid);
    else names.set(target.guid, event.data.request?.name ?? names.get(target.guid) ?? '');
  } else if (verb === 'create' || verb === 'delete') {
    assert.equal(world.users.has(target.guid), verb === 'delete', told);
    if (verb === 'create') world.users.add(target.guid);
    else world.users.delete(target.guid);
  } else {
    const role = /^(\w+)_(add|remove)$/.exec(verb);
    assert.ok(role?.[1] !== undefined, `${told}: an unexpected type`);
    const place = event.space?.guid ?? event.organization?.guid ?? '';
    const key = roleKey(role[1], target.guid, place);
    assert.equal(world.roles.has(key), role[2] === 'remove', told);
    if (role[2] === 'add') world.roles.add(key);
    else world.roles.delete(key);
  }
}
