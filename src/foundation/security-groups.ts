// Security groups, changed, and where they hold. The original records only what V2 binds from the side of a space;
// here each binding, and each group that begins or ends to hold everywhere, is an event.
import { AppError, type ErrorName, unprocessable } from '../core/error.ts';
import { type Action, allowed } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { equals, oneOf } from '../store/table.ts';
import { finishedJob } from './jobs.ts';
import { type Hands, operation } from './operation.ts';
import { claim, nameTaken, newRow, quotedMissing } from './rows.ts';
import { standingOf } from './sight.ts';
import { organizationTable } from './table/organizations.ts';
import {
  type Lifecycle,
  lifecycles,
  type SecurityGroup,
  type SecurityGroupRule,
  securityGroupOf,
  securityGroupSpaceTable,
  securityGroupTable,
} from './table/security-groups.ts';
import { type Space, spaceOf, spaceTable } from './table/spaces.ts';

type Each<T> = Readonly<Record<Lifecycle, T>>;

export interface NewSecurityGroup {
  readonly name: string;
  readonly rules: readonly SecurityGroupRule[];
  readonly globally: Each<boolean>;
  /** Guids of the spaces in which it holds at once. */
  readonly spaces: Each<readonly string[]>;
  /** The body as it was sent: what the event holds. */
  readonly request: object;
  /** The error for a name that is taken, where it is not V3's. */
  readonly taken?: ErrorName;
}

export interface SecurityGroupChanges {
  readonly guid: string;
  readonly name?: string;
  readonly rules?: readonly SecurityGroupRule[];
  readonly globally: Partial<Each<boolean>>;
  readonly request: object;
  readonly taken?: ErrorName;
}

/** The permit is for the first of the spaces; the others are looked at in the writer. */
export interface SecurityGroupBinding {
  readonly guid: string;
  readonly lifecycle: Lifecycle;
  readonly spaceGuids: readonly string[];
  /** What V2's events of the spaces hold, where it is asked for from their side. */
  readonly update?: object;
}

export interface SecurityGroupUnbinding {
  readonly guid: string;
  readonly lifecycle: Lifecycle;
  /** What V2's event of the space holds, where it is asked for from its side. */
  readonly update?: object;
}

export interface SecurityGroupSwitch {
  readonly guid: string;
  readonly lifecycle: Lifecycle;
  /** Whether it is to hold everywhere. */
  readonly globally: boolean;
}

export interface SecurityGroupGuid {
  readonly guid: string;
}

export const createSecurityGroup = operation<'security_group.create', NewSecurityGroup, SecurityGroup>(
  (hands, { name, rules, globally, spaces, request, taken }) => {
    const { tx } = hands;
    const row = {
      ...newRow(hands),
      name,
      rules: JSON.stringify(rules),
      running_default: globally.running,
      staging_default: globally.staging,
    };
    claim(takenError(name, taken), () => tx.insert(securityGroupTable, row));
    const group = securityGroupOf(row);
    const bound = lifecycles.flatMap((lifecycle) => {
      return spacesOf(tx, spaces[lifecycle]).map((space) => bind(tx, group, lifecycle, space));
    });
    return { events: [groupEvent('create', group, { request }), ...bound], result: group };
  },
);

/** security_group.update; what begins or ends to hold everywhere is told of once more, by itself. */
export const updateSecurityGroup = operation<'security_group.update', SecurityGroupChanges, SecurityGroup>(
  ({ tx, at }, { guid, name, rules, globally, request, taken }) => {
    const before = groupAt(tx, guid);
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(rules === undefined ? {} : { rules: JSON.stringify(rules) }),
      running_default: globally.running ?? before.globally.running,
      staging_default: globally.staging ?? before.globally.staging,
      updated_at: at,
    };
    claim(takenError(name ?? '', taken), () => tx.update(securityGroupTable, { guid }, changes));
    const group = groupAt(tx, guid);
    const switched = lifecycles
      .filter((lifecycle) => group.globally[lifecycle] !== before.globally[lifecycle])
      .map((lifecycle) =>
        groupEvent(`${group.globally[lifecycle] ? 'enable' : 'disable'}_${lifecycle}`, group, {}),
      );
    return { events: [groupEvent('update', group, { request }), ...switched], result: group };
  },
);

/** security_group.update, of nothing but whether the group holds everywhere: told of where it did not already. */
export const switchSecurityGroup = operation<'security_group.update', SecurityGroupSwitch, SecurityGroup>(
  ({ tx, at }, { guid, lifecycle, globally }) => {
    const before = groupAt(tx, guid);
    if (before.globally[lifecycle] === globally) return { events: [], result: before };
    tx.update(securityGroupTable, { guid }, { [`${lifecycle}_default`]: globally, updated_at: at });
    const group = groupAt(tx, guid);
    return {
      events: [groupEvent(`${globally ? 'enable' : 'disable'}_${lifecycle}`, group, {})],
      result: group,
    };
  },
);

/** security_group.delete, from every space first. Answers the guid of the finished job. */
export const deleteSecurityGroup = operation<'security_group.delete', SecurityGroupGuid, string>(
  (hands, { guid }) => {
    const { tx } = hands;
    const group = groupAt(tx, guid);
    const bindings = tx.find(securityGroupSpaceTable, { where: equals('security_group_guid', guid) });
    const unbound = lifecycles.flatMap((lifecycle) => {
      const guids = bindings
        .filter((row) => row.lifecycle === lifecycle)
        .map((row) => String(row.space_guid));
      return spacesOf(tx, guids).map((space) => unbind(tx, group, lifecycle, space));
    });
    tx.remove(securityGroupTable, { guid });
    const result = finishedJob(hands, 'security_group.delete');
    return { events: [...unbound, groupEvent('delete', group, {})], result };
  },
);

/** security_group.bind: only where the group did not hold already is told of, but for V2's updates of spaces. */
export const bindSecurityGroup = operation<'security_group.bind', SecurityGroupBinding, SecurityGroup>(
  (hands, { guid, lifecycle, spaceGuids, update }) => {
    const { tx } = hands;
    const group = groupAt(tx, guid);
    const spaces = spacesOf(tx, spaceGuids);
    for (const space of spaces) checkSpace(hands, 'security_group.bind', space);
    const news = spaces.filter((space) => !isBound(tx, guid, lifecycle, space));
    const bound = news.map((space) => bind(tx, group, lifecycle, space));
    return { events: [...bound, ...spaceUpdates(spaces, update)], result: group };
  },
);

/** security_group.unbind, from the space that the permit is for. */
export const unbindSecurityGroup = operation<'security_group.unbind', SecurityGroupUnbinding, null>(
  (hands, { guid, lifecycle, update }) => {
    const { tx, permit } = hands;
    const group = groupAt(tx, guid);
    const { spaceGuid } = permit.where;
    const [space] = spacesOf(tx, [spaceGuid]);
    if (space === undefined || !isBound(tx, guid, lifecycle, space)) {
      const text = `Unable to unbind security group from space with guid '${spaceGuid}'.`;
      throw unprocessable(`${text} Ensure the space is bound to this security group.`);
    }
    checkSpace(hands, 'security_group.unbind', space);
    const events = [unbind(tx, group, lifecycle, space), ...spaceUpdates([space], update)];
    return { events, result: null };
  },
);

/** What is lost with a space that is being deleted: the groups that were bound to it. */
export function leaveSecurityGroups(tx: Transaction, space: Space): Happening[] {
  const bindings = tx.find(securityGroupSpaceTable, { where: equals('space_guid', space.guid) });
  return lifecycles.flatMap((lifecycle) => {
    const here = bindings.filter((row) => row.lifecycle === lifecycle);
    return here.map((row) => unbind(tx, groupAt(tx, String(row.security_group_guid)), lifecycle, space));
  });
}

function takenError(name: string, taken?: ErrorName): string | AppError {
  return nameTaken(`Security group with name '${name}' already exists.`, taken, name);
}

/** Whoever changes several spaces needs the right to each, and none of their organizations suspended. */
function checkSpace(
  hands: Hands<Action>,
  action: 'security_group.bind' | 'security_group.unbind',
  { guid, organizationGuid }: Space,
): void {
  const standing = standingOf(hands);
  if (!allowed(standing, action, { organizationGuid, spaceGuid: guid })) throw new AppError('NotAuthorized');
  const organization = hands.tx.get(organizationTable, { guid: organizationGuid });
  if (organization?.suspended === true && standing.global !== 'admin') throw new AppError('OrgSuspended');
}

/** All spaces of these guids. Throws UnprocessableEntity where one does not exist. */
function spacesOf(tx: Transaction, guids: readonly string[]): Space[] {
  const spaces = tx.find(spaceTable, { where: oneOf('guid', guids) }).map(spaceOf);
  if (spaces.length === new Set(guids).size) return spaces;
  const missing = quotedMissing(
    guids,
    spaces.map(({ guid }) => guid),
  );
  throw unprocessable(`Spaces with guids ${missing} do not exist, or you do not have access to them.`);
}

function groupAt(tx: Transaction, guid: string): SecurityGroup {
  const row = tx.get(securityGroupTable, { guid });
  if (row === undefined) throw new AppError('ResourceNotFound', ['Security group not found']);
  return securityGroupOf(row);
}

function binding(guid: string, lifecycle: Lifecycle, space: Space) {
  return { security_group_guid: guid, lifecycle, space_guid: space.guid };
}

function isBound(tx: Transaction, guid: string, lifecycle: Lifecycle, space: Space): boolean {
  return tx.get(securityGroupSpaceTable, binding(guid, lifecycle, space)) !== undefined;
}

function bind(tx: Transaction, group: SecurityGroup, lifecycle: Lifecycle, space: Space): Happening {
  tx.insert(securityGroupSpaceTable, binding(group.guid, lifecycle, space));
  return spaceEvent(`bind_${lifecycle}_space`, group, space);
}

function unbind(tx: Transaction, group: SecurityGroup, lifecycle: Lifecycle, space: Space): Happening {
  tx.remove(securityGroupSpaceTable, binding(group.guid, lifecycle, space));
  return spaceEvent(`unbind_${lifecycle}_space`, group, space);
}

function spaceEvent(verb: string, group: SecurityGroup, { guid, organizationGuid }: Space): Happening {
  return { ...groupEvent(verb, group, { space_guid: guid }), spaceGuid: guid, organizationGuid };
}

/** The one trace that the original has of where groups hold. */
function spaceUpdates(spaces: readonly Space[], request?: object): Happening[] {
  if (request === undefined) return [];
  return spaces.map(({ guid, name, organizationGuid }) => ({
    type: 'audit.space.update',
    target: { type: 'space', guid },
    targetName: name,
    spaceGuid: guid,
    organizationGuid,
    data: { request },
  }));
}

function groupEvent(verb: string, { guid, name }: SecurityGroup, data: object): Happening {
  return {
    type: `audit.security_group.${verb}`,
    target: { type: 'security_group', guid },
    targetName: name,
    data,
  };
}
