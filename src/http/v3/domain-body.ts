// The body that asks for a domain, judged as the original judges it: names by RFC 1035, and what excludes what.
import { AppError } from '../../core/error.ts';
import {
  type Body,
  boolean,
  isBlank,
  isObject,
  optional,
  refuse,
  relatedGuid,
  relatedGuids,
  relationships,
  string,
  textOf,
  toMany,
  toOne,
  unknownFields,
} from './body.ts';
import { metadataChanges, metadataProblems } from './labels.ts';

/**
 * Reads the body of a creation. `organizationGuid` is null where a shared domain is asked for.
 * @throws AppError UnprocessableEntity, ServiceUnavailable for router groups, which do not exist here.
 */
export function parseNewDomain(body: Body) {
  refuse([
    ...metadataProblems(body),
    ...unknownFields(body, ['name', 'internal', 'relationships', 'router_group', 'metadata']),
    ...('relationships' in body ? relationships(body.relationships, relationshipProblems) : []),
    ...nameProblems(body.name),
    ...optional(body.router_group, routerGroupProblems),
    ...exclusions(body),
    ...optional(body.internal, (value) => boolean('Internal', value)),
  ]);
  if (isObject(body.router_group)) throw new AppError('ServiceUnavailable', ['The Routing API is disabled.']);
  const { relationships: members } = body;
  return {
    organizationGuid: isObject(members) ? (relatedGuid(members.organization) ?? '') : null,
    input: {
      name: textOf(body.name) ?? '',
      internal: body.internal === true,
      sharedWith: isObject(members) ? relatedGuids(members.shared_organizations) : [],
      metadata: metadataChanges(body),
      request: body,
    },
  };
}

/** What is wrong with the name of a domain: a rule of RFC 1035, and the same in plain words. */
export function nameProblems(value: unknown): string[] {
  const text = textOf(value) ?? '';
  const labels = text.split('.');
  const rules: readonly (readonly [broken: boolean, text: string])[] = [
    [isBlank(value), "can't be blank"],
    [typeof value !== 'string', 'must be a string'],
    [text.length < 3, 'is too short (minimum is 3 characters)'],
    [text.length > 253, 'is too long (maximum is 253 characters)'],
    [!domainForm.test(text), 'does not comply with RFC 1035 standards'],
    [labels.length < 2, 'must contain at least one "."'],
    [labels.some((label) => label.length > 63), 'subdomains must each be at most 63 characters'],
    [/[^a-z0-9\-.]/i.test(text), 'must consist of alphanumeric characters and hyphens'],
  ];
  return rules.flatMap(([broken, text]) => (broken ? [`Name ${text}`] : []));
}

const domainForm = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

function relationshipProblems(members: Body): string[] {
  const { organization, shared_organizations: shared } = members;
  const ownerless = 'cannot contain shared_organizations without an owning organization.';
  return [
    ...unknownFields(members, ['organization', 'shared_organizations']),
    ...(organization === undefined ? [] : toOne('organization', organization)),
    ...(shared === undefined ? [] : toMany('shared_organizations', shared)),
    ...(shared !== undefined && organization === undefined ? [ownerless] : []),
  ];
}

function routerGroupProblems(value: unknown): string[] {
  if (!isObject(value)) return ['Router group must be an object'];
  const unknown = unknownFields(value, ['guid']).map((problem) => `Router group ${problem}`);
  return [...unknown, ...string('Router group guid', value.guid)];
}

function exclusions({ internal, relationships: owner, router_group: group }: Body): string[] {
  const rules: readonly (readonly [broken: boolean, text: string])[] = [
    [internal === true && owner !== undefined, 'Cannot associate an internal domain with an organization'],
    [internal === true && isObject(group), 'Internal domains cannot be associated to a router group.'],
    [
      owner !== undefined && isObject(group),
      'Domains scoped to an organization cannot be associated to a router group.',
    ],
  ];
  return rules.flatMap(([broken, text]) => (broken ? [text] : []));
}
