// Spaces, changed. Where a permit is for a space, that is the one which the operation changes.
import { AppError } from '../core/error.ts';
import type { Action } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { equals } from '../store/table.ts';
import { finishedJob } from './jobs.ts';
import { changeMetadata, type MetadataChanges, removeMetadata } from './labels.ts';
import { takeRoles } from './membership.ts';
import { type Hands, operation } from './operation.ts';
import { claim, foldName, newRow } from './rows.ts';
import { activeOrganization } from './suspension.ts';
import type { Labelled } from './table/labels.ts';
import { type Space, spaceOf, spaceTable } from './table/spaces.ts';

export interface NewSpace {
  readonly name: string;
  readonly metadata: MetadataChanges;
  /** The body as it was sent: what the event holds. */
  readonly request: object;
}

/** What is not named stays as it is. */
export interface SpaceChanges {
  readonly name?: string;
  readonly metadata: MetadataChanges;
  readonly request: object;
}

export interface SpaceSegmentChange {
  /** null takes the assignment away. */
  readonly segmentGuid: string | null;
  readonly request: object;
}

export interface SshChange {
  readonly enabled: boolean;
  readonly request: object;
}

const nameTaken = 'Name must be unique per organization';

/** space.create, in the organization that the permit is for. */
export const createSpace = operation<'space.create', NewSpace, Labelled<Space>>(
  (hands, { name, metadata, request }) => {
    const { tx } = hands;
    const organization = activeOrganization(hands);
    const row = {
      ...newRow(hands),
      name,
      folded_name: foldName(name),
      organization_guid: organization.guid,
      allow_ssh: true,
      isolation_segment_guid: null,
    };
    claim(nameTaken, () => tx.insert(spaceTable, row));
    const resource = spaceOf(row);
    const events = [spaceEvent('create', resource, request)];
    return { events, result: { resource, metadata: changeMetadata(tx, 'space', row.guid, metadata) } };
  },
);

/** space.update: name, labels and annotations. */
export const updateSpace = operation<'space.update', SpaceChanges, Labelled<Space>>(
  (hands, { name, metadata, request }) => {
    const { tx, at } = hands;
    activeOrganization(hands);
    const { guid } = spaceHere(hands);
    const changes = name === undefined ? {} : { name, folded_name: foldName(name) };
    claim(nameTaken, () => tx.update(spaceTable, { guid }, { ...changes, updated_at: at }));
    const resource = spaceHere(hands);
    const events = [spaceEvent('update', resource, request)];
    return { events, result: { resource, metadata: changeMetadata(tx, 'space', guid, metadata) } };
  },
);

/** space.delete, with all that is in it, each part told of. Answers the guid of the finished job. */
export const deleteSpace = operation<'space.delete', object, string>((hands) => {
  activeOrganization(hands);
  const events = removeSpace(hands.tx, spaceHere(hands));
  return { events, result: finishedJob(hands, 'space.delete') };
});

/** space.isolate: sets or clears the isolation segment of a space. */
export const isolateSpace = operation<'space.isolate', SpaceSegmentChange, Space>(
  (hands, { segmentGuid, request }) => {
    const { tx, at } = hands;
    const { guid } = spaceHere(hands);
    if (segmentGuid !== null) {
      const text = `Unable to assign isolation segment with guid '${segmentGuid}'.`;
      const advice = 'Ensure it has been entitled to the organization that this space belongs to.';
      throw new AppError('UnprocessableEntity', [`${text} ${advice}`]);
    }
    tx.update(spaceTable, { guid }, { isolation_segment_guid: null, updated_at: at });
    const result = spaceHere(hands);
    return { events: [spaceEvent('update', result, request)], result };
  },
);

/** space.update_ssh: the one feature of spaces. The original changes it without an event. */
export const updateSpaceSsh = operation<'space.update', SshChange, Space>((hands, { enabled, request }) => {
  const { tx, at } = hands;
  activeOrganization(hands);
  const { guid } = spaceHere(hands);
  tx.update(spaceTable, { guid }, { allow_ssh: enabled, updated_at: at });
  const result = spaceHere(hands);
  return { events: [spaceEvent('feature_update', result, { name: 'ssh', ...request })], result };
});

/** Removes every space of an organization, the oldest first, and tells of each part. */
export function removeSpacesOf(tx: Transaction, organizationGuid: string): Happening[] {
  const where = equals('organization_guid', organizationGuid);
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  return tx.find(spaceTable, { where, order }).flatMap((row) => removeSpace(tx, spaceOf(row)));
}

function removeSpace(tx: Transaction, space: Space): Happening[] {
  const lost = takeRoles(tx, equals('space_guid', space.guid));
  removeMetadata(tx, 'space', space.guid);
  tx.remove(spaceTable, { guid: space.guid });
  return [...lost, spaceEvent('delete-request', space, { recursive: true })];
}

/** The space that a permit is for, in the organization that it names. Throws ResourceNotFound. */
export function spaceHere({ tx, permit }: Hands<Action>): Space {
  const { spaceGuid, organizationGuid } = permit.where;
  const row = tx.get(spaceTable, { guid: spaceGuid, organization_guid: organizationGuid });
  if (row === undefined) throw new AppError('ResourceNotFound', ['Space not found']);
  return spaceOf(row);
}

function spaceEvent(
  verb: 'create' | 'update' | 'delete-request' | 'feature_update',
  space: Space,
  request: object,
): Happening {
  return {
    type: `audit.space.${verb}`,
    target: { type: 'space', guid: space.guid },
    targetName: space.name,
    spaceGuid: space.guid,
    organizationGuid: space.organizationGuid,
    data: { request },
  };
}
