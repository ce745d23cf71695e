// The two kinds of failure. An AppError is answered to a caller: its name stands in the catalogue below,
// which is the original's own (contract/events-api.md, section H), so that both envelopes and every test
// agree on it. A failed `assert` is a fault of the program: it ends the process, and the next start recovers.

interface CatalogueEntry {
  readonly code: number;
  readonly status: number;
  /** `%s` stands for the arguments in their order. */
  readonly text: string;
}

export const errorCatalogue = {
  InvalidAuthToken: { code: 1000, status: 401, text: 'Invalid Auth Token' },
  MessageParseError: { code: 1001, status: 400, text: 'Request invalid due to parse error: %s' },
  InvalidRelation: { code: 1002, status: 400, text: '%s' },
  BadRequest: { code: 1004, status: 400, text: 'Bad request: %s' },
  NotFound: { code: 10000, status: 404, text: 'Unknown request' },
  NotAuthenticated: { code: 10002, status: 401, text: 'Authentication error' },
  NotAuthorized: { code: 10003, status: 403, text: 'You are not authorized to perform the requested action' },
  InvalidRequest: { code: 10004, status: 400, text: 'The request is invalid' },
  BadQueryParameter: { code: 10005, status: 400, text: 'The query parameter is invalid: %s' },
  AssociationNotEmpty: { code: 10006, status: 400, text: 'Please delete the %s associations for your %s.' },
  InsufficientScope: {
    code: 10007,
    status: 403,
    text: 'Your token lacks the necessary scopes to access this resource.',
  },
  UnprocessableEntity: { code: 10008, status: 422, text: '%s' },
  UnableToPerform: { code: 10009, status: 400, text: '%s could not be completed: %s' },
  ResourceNotFound: { code: 10010, status: 404, text: '%s' },
  ServiceUnavailable: { code: 10015, status: 503, text: '%s' },
  UniquenessError: { code: 10016, status: 422, text: '%s' },
  OrgSuspended: { code: 10017, status: 403, text: 'The organization is suspended' },
  MethodNotAllowed: { code: 10021, status: 405, text: '%s' },
  PayloadTooLarge: {
    code: 10022,
    status: 413,
    text: 'The request body is too large: at most %s bytes are taken here',
  },
  /** Hansard's own: what a proof is asked of has no place in a signed tree yet. */
  NotSealed: { code: 10023, status: 409, text: '%s' },
  UserInvalid: { code: 20001, status: 400, text: 'The user info is invalid: %s' },
  UaaIdTaken: { code: 20002, status: 400, text: 'The UAA ID is taken: %s' },
  UserNotFound: { code: 20003, status: 404, text: 'The user could not be found: %s' },
  UserIsInMultipleOrigins: {
    code: 20006,
    status: 400,
    text: 'The user exists in multiple origins. Specify an origin for the requested user from: %s',
  },
  UserWithOriginNotFound: { code: 20007, status: 404, text: 'The user could not be found, %s' },
  OrganizationInvalid: { code: 30001, status: 400, text: 'The organization info is invalid: %s' },
  OrganizationNameTaken: { code: 30002, status: 400, text: 'The organization name is taken: %s' },
  OrganizationNotFound: { code: 30003, status: 404, text: 'The organization could not be found: %s' },
  LastManagerInOrg: { code: 30004, status: 403, text: 'Cannot remove last Org Manager in org' },
  LastBillingManagerInOrg: { code: 30005, status: 403, text: 'Cannot remove last Billing Manager in org' },
  LastUserInOrg: { code: 30006, status: 403, text: 'Cannot remove last User in org' },
  OrganizationAlreadySet: { code: 30007, status: 400, text: 'Cannot change organization' },
  SpaceInvalid: { code: 40001, status: 400, text: 'The app space info is invalid: %s' },
  SpaceNameTaken: { code: 40002, status: 400, text: 'The app space name is taken: %s' },
  SpaceNotFound: { code: 40004, status: 404, text: 'The app space could not be found: %s' },
  DomainInvalid: { code: 130001, status: 400, text: 'The domain is invalid: %s' },
  DomainNotFound: { code: 130002, status: 404, text: 'The domain could not be found: %s' },
  DomainNameTaken: { code: 130003, status: 400, text: 'The domain name is taken: %s' },
  EventNotFound: { code: 230002, status: 404, text: 'Event could not be found: %s' },
  QuotaDefinitionNotFound: { code: 240001, status: 404, text: 'Quota Definition could not be found: %s' },
  QuotaDefinitionNameTaken: { code: 240002, status: 400, text: 'Quota Definition is taken: %s' },
  QuotaDefinitionInvalid: { code: 240003, status: 400, text: 'Quota Definition is invalid: %s' },
  SecurityGroupInvalid: { code: 300001, status: 400, text: 'The security group is invalid: %s' },
  SecurityGroupNotFound: { code: 300002, status: 404, text: 'The security group could not be found: %s' },
  SecurityGroupNameTaken: { code: 300005, status: 400, text: 'The security group name is taken: %s' },
  SpaceQuotaDefinitionInvalid: { code: 310001, status: 400, text: 'Space Quota Definition is invalid: %s' },
  SpaceQuotaDefinitionNameTaken: {
    code: 310002,
    status: 400,
    text: 'The space quota definition name is taken: %s',
  },
  SpaceQuotaDefinitionNotFound: {
    code: 310007,
    status: 404,
    text: 'Space Quota Definition could not be found: %s',
  },
  FeatureFlagNotFound: { code: 330000, status: 404, text: 'The feature flag could not be found: %s' },
  FeatureFlagInvalid: { code: 330001, status: 400, text: 'The feature flag is invalid: %s' },
  FeatureDisabled: { code: 330002, status: 403, text: 'Feature Disabled: %s' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorName = keyof typeof errorCatalogue;

/** A failure that the caller can understand and act on. Crosses threads as `{ name, args }`. */
export class AppError extends Error {
  readonly entry: ErrorName;
  readonly args: readonly string[];
  readonly retryAfterSeconds: number | undefined;

  constructor(entry: ErrorName, args: readonly string[] = [], retryAfterSeconds?: number) {
    let next = 0;
    super(errorCatalogue[entry].text.replaceAll('%s', () => args[next++] ?? ''));
    this.name = 'AppError';
    this.entry = entry;
    this.args = args;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    return errorCatalogue[this.entry].status;
  }

  get code(): number {
    return errorCatalogue[this.entry].code;
  }
}

/** What V3 answers (422) to a request that is well-formed and cannot be fulfilled. */
export function unprocessable(sentence: string): AppError {
  return new AppError('UnprocessableEntity', [sentence]);
}

/** Overload or a store that cannot write: the caller is to come again. */
export function pushback(reason: string, retryAfterSeconds = 1): AppError {
  return new AppError('ServiceUnavailable', [reason], retryAfterSeconds);
}

/** A promise of the program itself: broken, it is a defect, never the caller's doing. */
export function assert(condition: unknown, promise: string): asserts condition {
  if (!condition) throw new Error(`broken promise: ${promise}`);
}
