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
  /** Operations that share one commit, and how long the writer collects them. */
  groupOperationsMax: 64,
  groupMsMax: 10,
  /** Operations that may wait for the writer before callers are told to come again. */
  writerQueueMax: 10_000,
  /** Reads that may wait for a reader thread. */
  readerQueueMax: 10_000,
  /** URL with its query: the original's proxies stop at 8 KB, org-wide type lists need less. */
  urlBytesMax: 65_536,
  /** Conditions in the `q` parameters of one request: each is tested on every row that is walked. */
  queryConditionsMax: 100,
  /** Times in one list of times: each is a range of its own. Real clients send one. */
  filterTimesMax: 100,
  /** Values in one list filter. */
  filterValuesMax: 5_000,
  /** Nesting of a filter tree and of JSON documents: deeper than any real one, far from any stack's end. */
  jsonDepthMax: 64,
  /** `data` of one event, as stored. The original cuts crash texts at 10,000 characters. */
  dataBytesMax: 1_048_576,
  /** Names of actors, targets, organizations, spaces and types: the original's columns hold 255 characters. */
  nameCharactersMax: 255,
  typeCharactersMax: 255,
  /** Names of quotas and security groups, and the messages of feature flags: the original takes no more. */
  shortNameCharactersMax: 250,
  /** One limit of a quota: the original's columns are 32-bit, those of log rates as large as exact numbers go. */
  quotaLimitMax: 2_147_483_647,
  logRateMax: Number.MAX_SAFE_INTEGER,
  /** Guids of actors and targets need not be UUIDs (`system`, client ids). */
  partyGuidCharactersMax: 255,
  /** User agent, request id, claimed address and the like. */
  contextCharactersMax: 512,
  /** V2 and V3 page sizes, as the original has them. */
  v2PerPageMax: 100,
  v3PerPageMax: 5_000,
  perPageDefault: 50,
  inlineRelationsDepthMax: 2,
  /** Related resources shown within one; where there are more, the original too shows their address alone. */
  inlinedMax: 50,
  /** Rows of one relation read for a whole page, so that a depth of 2 cannot ask for a platform. */
  inlinedRowsMax: 5_000,
  /** Events of one operation: deleting an organization records each of its parts. */
  operationEventsMax: 1_000_000,
  /** The write-ahead log of the embedded store, beyond which a checkpoint makes the writer begin it anew. */
  walBytesMax: 67_108_864,
  /** Events in one segment's tables (design, section 8). */
  segmentEvents: 1_000_000,
  /** Branches that a read merges before it walks the order and filters instead. */
  planBranchesMax: 200,
  /** Keys that a page by number reads at a time on its way: no read of the store lives long. */
  keysReadAtOnce: 5_000,
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
  /** A connection on which nothing moves for so long is closed: a body that never comes holds nothing for ever. */
  connectionIdleMsMax: 120_000,
  /** How long a stopping server waits for requests in progress. */
  stopMsMax: 10_000,
  /** Events are read a few at a time; their data in one answer is bounded, since one event may hold a megabyte. */
  eventsReadAtOnce: 100,
  pageCharactersMax: 134_217_728,
  /** Labels and annotations, as the original bounds them. */
  labelNameCharactersMax: 63,
  labelPrefixCharactersMax: 253,
  annotationCharactersMax: 5_000,
  metadataEntriesMax: 50,
  /** Labels or annotations that one request may set or take away: it holds the writer for as long as it takes. */
  metadataChangesMax: 1_000,
  /** SCIM lists of accounts, clients and groups: the page where none is asked for, and the longest, as UAA has them. */
  scimPageDefault: 100,
  scimPageMax: 500,
  /** Conditions in one SCIM filter: the controllers that look people up ask for some 200 at a time. */
  scimConditionsMax: 500,
  /** Users whose roles are remembered; all are forgotten when there are more, and read again. */
  standingsMax: 10_000,
  /** Expired sessions that a log-in clears away: more than the one it adds, so that the table stays small. */
  sessionsClearedAtOnce: 20,

  // The public formats of transparency logs.

  /** An entry of a log: entry bundles write its length in 16 bits. */
  logEntryBytesMax: 65_535,
  /** A signed note: a hundred post-quantum signatures of 5 kB fit. */
  noteBytesMax: 1_048_576,
  noteSignaturesMax: 100,
  /** Hashes of one proof: trees have fewer leaves than 2 ** 63, and the witness protocol allows no more. */
  proofHashesMax: 63,
  /** A tlog-proof file: its checkpoint, and extra data of some megabytes. */
  proofFileCharactersMax: 8_388_608,
  /** A policy file, and its logs, witnesses and groups: the format wants 32 of each at least. */
  policyBytesMax: 1_048_576,
  policyDefinitionsMax: 1_000,

  /** How long committed events wait for others before they are sealed, and after a failure for the next attempt. */
  sealDelayMs: 200,
  sealRetryMs: 1_000,
  /** Leaves put into the tree in one transaction: some milliseconds of the writer's time. */
  sealBatchEvents: 2_000,
  /** A checkpoint is signed at least this often while events keep coming. */
  checkpointMsMax: 700,
  /** Notices of commands that a server takes up at a time, and how often it looks for them. */
  noticesAtOnce: 100,
  noticeMs: 60_000,
  /** How often a server looks whether the log is due for verification, and how much of its report it keeps. */
  verificationLookMs: 600_000,
  verificationOutputMax: 4_000,
  /** Checkpoints kept whole; of older ones the first of each hour stays. */
  checkpointsKept: 1_000,
  /** Keys that sign at a time: each is a line under every checkpoint. */
  signingKeysMax: 8,
  /** Days for which a signing key goes on beside the one that takes over from it. */
  keyOverlapDays: 30,
  keyOverlapDaysMax: 365,
  /** Tiles remembered while proofs are made in one tree: 8 KiB each. */
  proofTilesMax: 1_000,
  /** Events whose evidence is asked for at once, and the bytes after which an answer ends: one may hold a mebibyte. */
  evidenceEventsMax: 100,
  evidenceBytesMax: 8_388_608,
  /** What a request to export says of its filters. */
  exportFilterCharactersMax: 65_536,
  /** Witnesses are asked this often, each answers within so long, and with no more than a page of signatures. */
  witnessAskMs: 60_000,
  witnessAnswerMsMax: 10_000,
  witnessAnswerBytesMax: 65_536,
  /** Checkpoints of which each witness's cosignature is kept, beside the one that is shown. */
  cosignaturesKept: 100,

  // Keeping, holding and disposing.

  /** Ids that are looked at, and events that are disposed of, at a time: some milliseconds of the writer's time. */
  disposalScanEvents: 20_000,
  disposalSliceEvents: 250,
  disposalSliceBytes: 4_194_304,
  /** Rows of a dropped segment that are cleared away at a time. */
  sweepRows: 5_000,
  /** How often, and how long apart, it is tried to empty the write-ahead log while somebody reads. */
  purgeTriesMax: 300,
  purgePauseMs: 100,
  /** The disposer looks so long after a start, and so often: a day, as its periods are in months. */
  disposalFirstMs: 60_000,
  disposalEveryMs: 86_400_000,
  /** A clock so far beyond where time can have got to is not believed until it has gone on for most of a day. */
  clockAheadHoursMax: 48,
  clockDoubtHours: 20,
  /** Whoever asks for a run waits so long for its end; a longer one goes on by itself. */
  disposalAnswerMs: 60_000,
  /** Holds, each of which is tested on every event past its term; organizations with longer terms of their own. */
  holdsMax: 200,
  prolongationsMax: 10_000,
  /** Types that one hold may name. */
  holdTypesMax: 100,
  /** A hundred years: longer than any term that is asked for. */
  keptMonthsMax: 1_200,
  reasonCharactersMax: 1_000,
  /** Proposals that wait at a time; how long they wait where nobody else could approve, and when they lapse. */
  proposalsMax: 100,
  proposalWaitDays: 7,
  proposalLapseDays: 90,
  /** For so long after somebody has had an account in their hands, it cannot approve what they propose. */
  accountAloofDays: 30,
  /** Accounts that are looked through for changes while a proposal waited: with more, it does not act by itself. */
  accountsLookedThroughMax: 1_000,
  /** What a certificate lists one by one: the rest is counted. */
  certificateOrganizationsMax: 1_000,
  certificateBackupsMax: 100,

  // What an assessor runs.

  /** Tiles and bundles that are read before their turn comes to be hashed. */
  readsAhead: 8,
  /** What is wrong, told one by one; the rest is counted. */
  findingsMax: 100,
  /** One resource of a log, from the request to its last byte. */
  resourceWaitMsMax: 60_000,
  /** The manifest of an evidence bundle, and the files that it lists. */
  manifestBytesMax: 1_048_576,
  manifestFilesMax: 1_000,
  /** One event in an export or in its evidence: `data` of a mebibyte, every quote of it escaped twice. */
  evidenceLineBytesMax: 8_388_608,
  /** Older epochs of a log that are looked for: each stands for a store that was put back to an older copy. */
  olderEpochsMax: 100,
  /** What the command remembers of logs, and the file of it; the ones seen longest ago are forgotten first. */
  rememberedLogsMax: 1_000,
  rememberedBytesMax: 16_777_216,

  // The command's own.

  /** Waiting for the first byte of an answer: a foreign platform counts a long list before it answers. */
  answerWaitMsMax: 120_000,
  /** A request that changes nothing is tried this often when the server fails or cannot be reached. */
  requestTriesMax: 4,
  /** Pause before the second try; doubled before each further one. */
  retryPauseMs: 250,
  /** The longest wait that a server may ask for: rate limits of the original count by the hour. */
  retryAfterSecondsMax: 3_600,
  /** An answer that is read whole: a page of organizations, a token, an error. Event lists are streamed. */
  answerBytesMax: 16_777_216,
  /** A session file, ours or cf's: tokens and a few names. */
  sessionFileBytesMax: 1_048_576,
  /** A token is renewed when it has less than this left; cf does the same. */
  tokenRenewSeconds: 60,
  /** Events asked for in one page: fewer round trips, yet an answer that foreign platforms give in a second. */
  v3PageEvents: 1_000,
  v2PageEvents: 100,
  /** Pages without events, one after the other, before a list is taken to be endless. */
  emptyPagesMax: 100,
  /** Rows that the table collects to align its columns and to look names up. */
  alignedRowsMax: 50,
  /** Rows of a terminal when nothing else was asked for. */
  terminalRows: 50,
  /** The newest events in the order of time must be held to be turned round. */
  turnedRowsMax: 10_000,
  /** Names of organizations and spaces that are remembered. */
  placeNamesMax: 10_000,
  /** Refusals told one by one unless all were asked for. */
  refusalsShownMax: 20,
  /** Waiting for an event to be sealed, which takes a second at most while all is well. */
  proofWaitMsMax: 5_000,
  /** Progress is told of what takes longer than this. */
  progressAfterMs: 2_000,
  /** Off a terminal, progress is a line this often. */
  progressLineMs: 10_000,
  /** Standard input that holds a password or a secret: the longest one in UTF-8, and its line's end. */
  secretInputBytesMax: 8_192,
  /** Accounts or clients that a list shows: beyond it a directory is meant to be asked, not printed. */
  directoryRowsMax: 100_000,
} as const;
