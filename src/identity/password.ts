// Passwords as they are stored: argon2id, or PBKDF2-HMAC-SHA-512 where the machine runs in FIPS mode; the
// stored text names its algorithm and parameters (the PHC string format). Runs in the process that asks,
// never in the writer; each hash takes 19 MiB, so few run at a time, a bounded number waits, and the rest is
// told to come again.
import { argon2, getFips, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { assert, pushback } from '../core/error.ts';
import type { Random } from '../core/guid.ts';
import { limits } from '../core/limits.ts';

export interface Passwords {
  /** The text to store. The password must have passed `passwordProblem`. Throws ServiceUnavailable. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the stored one. `null` stands for an account that does not exist or has no
   * password: the answer is no, after the same work. Throws ServiceUnavailable.
   */
  verify(password: string, stored: string | null): Promise<boolean>;
}

interface Recipe {
  readonly algorithm: 'argon2id' | 'pbkdf2-sha512';
  /** Kibibytes, passes and lanes of argon2id; iterations of PBKDF2. */
  readonly numbers: readonly number[];
}

interface Stored extends Recipe {
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** OWASP's first choice of argon2id parameters, and its PBKDF2 iterations for SHA-512. */
const argon2Recipe: Recipe = { algorithm: 'argon2id', numbers: [19_456, 2, 1] };
const fipsRecipe: Recipe = { algorithm: 'pbkdf2-sha512', numbers: [210_000] };

const saltBytes = 16;
const tagBytes = 32;
const argon2Async = promisify(argon2);
const pbkdf2Async = promisify(pbkdf2);

/** Why a password is not taken, as a sentence that does not hold it; null where it is. */
export function passwordProblem(password: string): string | null {
  if (password === '') return 'A password must not be empty.';
  if (password.length > limits.passwordCharactersMax) {
    return `A password may have at most ${limits.passwordCharactersMax} characters.`;
  }
  return null;
}

export function createPasswords(options: {
  readonly random: Random;
  readonly fips?: boolean;
  readonly atOnce?: number;
  readonly queueMax?: number;
}): Passwords {
  const { random, fips = getFips() === 1 } = options;
  const run = createGate(
    options.atOnce ?? limits.passwordHashesAtOnce,
    options.queueMax ?? limits.passwordQueueMax,
  );
  const recipe = fips ? fipsRecipe : argon2Recipe;
  const nobody: Stored = {
    ...recipe,
    salt: Buffer.from(random(saltBytes)),
    tag: Buffer.from(random(tagBytes)),
  };
  return {
    hash: (password) =>
      run(async () => {
        assert(passwordProblem(password) === null, 'a password is checked before it is hashed');
        const salt = Buffer.from(random(saltBytes));
        return storedText({ ...recipe, salt, tag: await tagOf(password, recipe, salt, tagBytes) });
      }),
    verify: async (password, text) => {
      if (passwordProblem(password) !== null) return false;
      return run(async () => {
        const stored = text === null ? nobody : readStored(text);
        const tag = await tagOf(password, stored, stored.salt, stored.tag.length);
        return timingSafeEqual(tag, stored.tag) && text !== null;
      });
    },
  };
}

/** Normalized (NIST SP 800-63B, 5.1.1.2), so that a letter is the same letter on every keyboard. */
function tagOf(password: string, recipe: Recipe, salt: Buffer, length: number): Promise<Buffer> {
  const message = Buffer.from(password.normalize('NFKC'));
  const [first = 0, passes = 0, parallelism = 0] = recipe.numbers;
  if (recipe.algorithm === 'pbkdf2-sha512') return pbkdf2Async(message, salt, first, length, 'sha512');
  return argon2Async('argon2id', {
    message,
    nonce: salt,
    memory: first,
    passes,
    parallelism,
    tagLength: length,
  });
}

function storedText({ algorithm, numbers, salt, tag }: Stored): string {
  const head =
    algorithm === 'argon2id'
      ? `argon2id$v=19$m=${numbers[0]},t=${numbers[1]},p=${numbers[2]}`
      : `pbkdf2-sha512$i=${numbers[0]}`;
  return `$${head}$${base64(salt)}$${base64(tag)}`;
}

const storedShape =
  /^\$(?:(argon2id)\$v=19\$m=(\d+),t=(\d+),p=(\d+)|pbkdf2-sha512\$i=(\d+))\$([a-z\d+/]+)\$([a-z\d+/]+)$/i;

function readStored(text: string): Stored {
  const match = storedShape.exec(text);
  assert(match !== null, 'a stored password names a known algorithm');
  const bytes = (index: number) => Buffer.from(match[index] ?? '', 'base64');
  const recipe: Recipe =
    match[1] === undefined
      ? { algorithm: 'pbkdf2-sha512', numbers: [Number(match[5])] }
      : { algorithm: 'argon2id', numbers: [Number(match[2]), Number(match[3]), Number(match[4])] };
  return { ...recipe, salt: bytes(6), tag: bytes(7) };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/** Runs a bounded number of jobs at once and lets a bounded number wait, first come first served. */
function createGate(atOnce: number, queueMax: number): <T>(job: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (job) => {
    if (running >= atOnce) {
      if (waiting.length >= queueMax)
        throw pushback('Too many log-ins at this moment: try again in a second.');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
