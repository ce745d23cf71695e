// The command's own bounds: the unit is in the name, the reason beside it.

export const bounds = {
  /** Waiting for the first byte of an answer: a foreign platform counts a long list before it answers. */
  answerMs: 120_000,
  /** A request that changes nothing is tried this often when the server fails or cannot be reached. */
  triesMax: 4,
  /** Pause before the second try; doubled before each further one. */
  retryMs: 250,
  /** The longest wait that a server may ask for: rate limits of the original count by the hour. */
  retryAfterSecondsMax: 3_600,
  /** An answer that is read whole: a page of organizations, a token, an error. Event lists are streamed. */
  answerBytesMax: 16_777_216,
  /** A session file, ours or cf's: tokens and a few names. */
  sessionBytesMax: 1_048_576,
  /** A token is renewed when it has less than this left; cf does the same. */
  renewSeconds: 60,
  /** Events asked for in one page: fewer round trips, yet an answer that foreign platforms give in a second. */
  v3PageEvents: 1_000,
  v2PageEvents: 100,
  /** Pages without events, one after the other, before a list is taken to be endless. */
  emptyPagesMax: 100,
  /** Rows that the table collects to align its columns and to look names up. */
  tableRows: 50,
  /** Rows of a terminal when nothing else was asked for. */
  terminalRows: 50,
  /** The newest events in the order of time must be held to be turned round. */
  turnedRowsMax: 10_000,
  /** Names of organizations and spaces that are remembered. */
  namesMax: 10_000,
  /** Refusals told one by one unless all were asked for. */
  refusalsShown: 20,
  /** Off a terminal, progress is a line this often. */
  progressMs: 10_000,
} as const;
