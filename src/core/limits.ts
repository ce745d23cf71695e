// Every bound of the program in one place: the unit is in the name, the reason beside it.

export const limits = {
  /** A request body of an operation: the largest real one, a manifest, is well below. */
  bodyBytesMax: 1_048_576,
  /** One line of an NDJSON import; an event's `data` may not be larger either. */
  importLineBytesMax: 1_048_576,
  /** A whole import over HTTP; larger files are cut by the command into several requests. */
  importBytesMax: 4_294_967_296,
  /** Lines handed to the writer at a time: small enough to stop within a commit of 100 ms. */
  importBatchLines: 1_000,
  /** And no more text than this: a thousand lines of a mebibyte each would be a gigabyte in memory. */
  importBatchCharactersMax: 4_194_304,
  /** An import lets waiting operations in after this long. */
  importCommitMsMax: 100,
  /** Operations that share one commit, and how long the writer collects them. */
  groupOperationsMax: 64,
  groupMsMax: 10,
  /** Operations that may wait for the writer before callers are told to come again. */
  writerQueueMax: 10_000,
  /** Reads that may wait for a reader thread. */
  readerQueueMax: 10_000,
  /** URL with its query: the original's proxies stop at 8 KB, org-wide type lists need less. */
  urlBytesMax: 65_536,
  /** Values in one list filter. */
  filterValuesMax: 5_000,
  /** Nesting of a filter tree and of JSON documents: deeper than any real one, far from any stack's end. */
  jsonDepthMax: 64,
  /** `data` of one event, as stored. The original cuts crash texts at 10,000 characters. */
  dataBytesMax: 1_048_576,
  /** Names of actors, targets, organizations, spaces and types: the original's columns hold 255 characters. */
  nameCharactersMax: 255,
  typeCharactersMax: 255,
  /** Guids of actors and targets need not be UUIDs (`system`, client ids). */
  partyGuidCharactersMax: 255,
  /** User agent, request id, claimed address and the like. */
  contextCharactersMax: 512,
  /** V2 and V3 page sizes, as the original has them. */
  v2PerPageMax: 100,
  v3PerPageMax: 5_000,
  perPageDefault: 50,
  inlineRelationsDepthMax: 2,
  /** Events of one operation: deleting an organization records each of its parts. */
  operationEventsMax: 1_000_000,
  /** Events in one segment's tables (design, section 8). */
  segmentEvents: 1_000_000,
  /** Branches that a read merges before it walks the order and filters instead. */
  planBranchesMax: 200,
  /** Page of a scan: exports and digests read by key in slices, so that no read lives long. */
  scanEventsMax: 5_000,
  /** Password hashing at a time; each takes 19 MiB. The queue behind it is bounded too. */
  passwordHashesAtOnce: 2,
  passwordQueueMax: 200,
  passwordCharactersMax: 1_024,
  /** Failed log-ins of one user from one source before the pair is locked out, and for how long. */
  lockoutFailuresMax: 5,
  lockoutMs: 300_000,
  /** Sources and users that the lock-out remembers; the oldest are forgotten first. */
  lockoutEntriesMax: 10_000,
  /** Verified access tokens kept in memory. */
  tokenCacheMax: 10_000,
  accessTokenSeconds: 600,
  refreshTokenSeconds: 30 * 86_400,
  /** Distinct filters kept in one record of reads; the rest is a count (design, section 4). */
  readFiltersMax: 20,
  /** Readers, clients and refusers noted at a time before the oldest note is written early. */
  notesMax: 1_000,
  noteMs: 60_000,
  /** How long a stopping server waits for requests in progress. */
  stopMsMax: 10_000,
  /** Labels and annotations, as the original bounds them. */
  labelNameCharactersMax: 63,
  labelPrefixCharactersMax: 253,
  annotationCharactersMax: 5_000,
  metadataEntriesMax: 50,
} as const;
