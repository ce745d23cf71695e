// What an operator may set: flags of `hansard serve` first, then the environment, then these defaults. Read and
// checked once at start; nothing else looks at the environment.
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';

export interface Config {
  readonly host: string;
  readonly port: number;
  /** The data folder. */
  readonly data: string;
  /** The address that links name, without a slash at the end; null: the address that the server listens on. */
  readonly url: string | null;
  /** Password of the user `admin` on the very first start; null: one is made and printed once. */
  readonly adminPassword: string | null;
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  /** The first part of the origin line of a log that begins now. */
  readonly logName: string;
  /** Whether checkpoint and tiles of the log are open without a token. */
  readonly logPublic: boolean;
  /** PEM text of the key that signs checkpoints; null: a file in the data folder. */
  readonly logKey: string | null;
  /** How often the whole log is verified; 0: never. */
  readonly verifyEveryMs: number;
  /** Whether a store that was put back to an older copy may begin a new epoch. */
  readonly acceptRestore: boolean;
  /** A file with the witnesses that are to cosign checkpoints (C2SP tlog-policy); null: nobody is asked. */
  readonly witnessPolicy: string | null;
}

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One setting: its flag, its environment variables in their order, its default, and what it is for. */
export interface Setting {
  readonly flag: string;
  /** Set for what is on or off: the flag then takes no value. */
  readonly isSwitch?: true;
  readonly env: readonly string[];
  readonly fallback: string;
  readonly about: string;
}

export const settings = {
  host: { flag: 'host', env: ['HANSARD_HOST'], fallback: '127.0.0.1', about: 'address to listen on' },
  port: {
    flag: 'port',
    env: ['PORT', 'HANSARD_PORT'],
    fallback: '8080',
    about: 'port to listen on; 0 picks a free one',
  },
  data: { flag: 'data', env: ['HANSARD_DATA'], fallback: './data', about: 'data folder' },
  url: {
    flag: 'url',
    env: ['HANSARD_SERVER_URL'],
    fallback: '',
    about: 'address in links, when clients reach the server under another one than it listens on',
  },
  trustedProxies: {
    flag: 'trusted-proxies',
    env: ['HANSARD_TRUSTED_PROXIES'],
    fallback: '',
    about: 'comma-separated addresses of proxies whose X-Forwarded-For counts',
  },
  logLevel: {
    flag: 'log-level',
    env: ['HANSARD_LOG_LEVEL'],
    fallback: 'warn',
    about: `how much is logged to standard error: ${logLevels.join(', ')}`,
  },
  logName: {
    flag: 'log-name',
    env: ['HANSARD_LOG_NAME'],
    fallback: 'hansard',
    about: 'begins the origin line of a new log, like audit.example.org',
  },
  logPublic: {
    flag: 'log-public',
    env: ['HANSARD_LOG_PUBLIC'],
    fallback: '',
    isSwitch: true,
    about: 'checkpoint and tiles of the log are open to everybody',
  },
  verifyEvery: {
    flag: 'verify-every',
    env: ['HANSARD_VERIFY_EVERY'],
    fallback: '24h',
    about: 'how often the whole log is verified: hours or days like 12h or 7d, or "never"',
  },
  acceptRestore: {
    flag: 'accept-restore',
    // By hand alone: left in the environment it would begin an epoch at every start.
    env: [],
    fallback: '',
    isSwitch: true,
    about: 'a store that was put back to an older copy goes on as a new epoch of the log',
  },
  witnessPolicy: {
    flag: 'witness-policy',
    env: ['HANSARD_WITNESS_POLICY'],
    fallback: '',
    about: 'file (C2SP tlog-policy) with the witnesses that cosign the log, and the quorum that is published',
  },
} as const satisfies Record<string, Setting>;

/** A setting whose value cannot be used; the sentence names value and right form. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads flags and environment.
 * @throws ConfigError
 */
export function readConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const options = Object.fromEntries(
    Object.values<Setting>(settings).map(({ flag, isSwitch }) => [
      flag,
      { type: isSwitch === true ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false });
  const text = (setting: Setting): string => {
    const given = values[setting.flag] ?? setting.env.map((name) => env[name]).find((value) => value);
    return typeof given === 'string' && given !== '' ? given : setting.fallback;
  };
  const on = (setting: Setting): boolean => values[setting.flag] === true || readSwitch(text(setting));
  const password = env.HANSARD_ADMIN_PASSWORD;
  return {
    host: text(settings.host),
    port: readPort(text(settings.port)),
    data: text(settings.data),
    url: readUrl(text(settings.url)),
    adminPassword: password === undefined || password === '' ? null : password,
    trustedProxies: readProxies(text(settings.trustedProxies)),
    logLevel: readLevel(text(settings.logLevel)),
    logName: readLogName(text(settings.logName)),
    logPublic: on(settings.logPublic),
    logKey: env.HANSARD_LOG_KEY || null,
    verifyEveryMs: readInterval(text(settings.verifyEvery)),
    acceptRestore: on(settings.acceptRestore),
    witnessPolicy: text(settings.witnessPolicy) || null,
  };
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= 0 && port <= 65_535) return port;
  throw new ConfigError(`port ${JSON.stringify(text)} is not a number from 0 to 65535`);
}

function readUrl(text: string): string | null {
  if (text === '') return null;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.username !== '') {
    throw new ConfigError(`url ${JSON.stringify(text)} is not an address like https://api.example.org`);
  }
  return url.href.replace(/\/+$/, '');
}

function readProxies(text: string): string[] {
  const proxies = text.split(',').map((part) => part.trim());
  const wanted = proxies.filter((part) => part !== '');
  for (const proxy of wanted) {
    const [address = '', bits] = proxy.split('/');
    if (isIP(address) === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) {
      throw new ConfigError(
        `trusted proxy ${JSON.stringify(proxy)} is not an address like 10.0.0.1 or 10.0.0.0/8`,
      );
    }
  }
  return wanted;
}

function readSwitch(text: string): boolean {
  if (['', '0', 'false', 'no', 'off'].includes(text)) return false;
  if (['1', 'true', 'yes', 'on'].includes(text)) return true;
  throw new ConfigError(`the switch ${JSON.stringify(text)} is neither true nor false`);
}

function readInterval(text: string): number {
  if (text === 'never') return 0;
  const [, digits = '', unit = ''] = /^([1-9]\d{0,2})([hd])$/.exec(text) ?? [];
  if (digits !== '') return Number(digits) * (unit === 'd' ? 24 : 1) * 3_600_000;
  throw new ConfigError(
    `the interval ${JSON.stringify(text)} is not hours or days like 12h or 7d, or "never"`,
  );
}

function readLogName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,99}(\/[A-Za-z0-9.-]{1,100})*$/.test(text) && text.length <= 200)
    return text;
  throw new ConfigError(
    `log name ${JSON.stringify(text)} is not a name like audit.example.org: letters, digits, '.', '-' and '/'`,
  );
}

function readLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  throw new ConfigError(`log level ${JSON.stringify(text)} is none of ${logLevels.join(', ')}`);
}
