// The keys that the log's checkpoints are signed with: public parts for whoever verifies, as vkeys and as a policy file;
// the next key for administrators. Private parts are seen nowhere.
import { AppError } from '../../core/error.ts';
import { microsText } from '../../core/instant.ts';
import { limits } from '../../core/limits.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import type { Epoch } from '../../log/epoch.ts';
import { keyAlgorithms } from '../../log/key-ring.ts';
import type { KeyInfo } from '../../log/keys.ts';
import type { LogServices } from '../../log/log-services.ts';
import { policyText } from '../../log/policy-file.ts';
import { json } from '../openapi/conventions.ts';
import { arrayOf, exactly, object, orNull, text, time, whole, word } from '../openapi/schema.ts';
import type { Answer, Call, KnownCall, Route, Services } from '../route.ts';
import { readBody, refuse, unknownFields } from '../v3/body.ts';

/** The keys under the origin line of an epoch, newest first. `url`: where that epoch's checkpoint is, if known. */
export function presentKeys(log: LogServices, { origin }: Epoch, url: string | null): object {
  const keys = log.keys.list(origin);
  const verifierKeys = keys.map(({ verifierKey }) => verifierKey);
  return {
    origin,
    keys: keys.map(presentKey),
    policy: policyText(verifierKeys, url, log.witnesses?.policy ?? null),
  };
}

/** The epoch that checkpoints are signed in. */
export async function presentEpoch(log: LogServices): Promise<Epoch> {
  const epoch = (await log.epochs()).at(-1);
  if (epoch === undefined) throw new AppError('ResourceNotFound', ['The log has not begun yet']);
  return epoch;
}

function presentKey(key: KeyInfo): object {
  return {
    number: key.number,
    algorithm: key.algorithm,
    state: key.state,
    made_at: microsText(key.madeAt),
    retires_at: key.retiresAt === null ? null : microsText(key.retiresAt),
    fingerprint: key.fingerprint,
    verifier_key: key.verifierKey,
  };
}

async function list(_: Call, { log, url }: Services): Promise<Answer> {
  return { status: 200, body: presentKeys(log, await presentEpoch(log), `${url}/log`) };
}

async function listOfEpoch({ params: { number } }: Call, { log, url }: Services): Promise<Answer> {
  const epoch = (await log.epochs()).find((known) => String(known.number) === number);
  if (epoch === undefined) throw new AppError('ResourceNotFound', [`The log has no epoch ${number}`]);
  return { status: 200, body: presentKeys(log, epoch, `${url}/log/epochs/${number}`) };
}

async function rotate(call: KnownCall, services: Services): Promise<Answer> {
  grant(await services.standing(call.principal), 'log.key.rotate', anywhere);
  const { log, url } = services;
  const overlapDays = parseOverlap(call);
  const epoch = await presentEpoch(log);
  await log.keys.rotate({ doer: call.doer, origin: epoch.origin, overlapDays });
  // Whoever asks for the checkpoint next finds the new key's signature on it.
  await log.sealer.now();
  return { status: 201, body: presentKeys(log, epoch, `${url}/log`) };
}

function parseOverlap(call: Call): number {
  const body = readBody(call);
  const { overlap_days: days = limits.keyOverlapDays } = body;
  refuse(unknownFields(body, ['overlap_days']));
  if (typeof days === 'number') return days;
  throw new AppError('UnprocessableEntity', ['overlap_days must be a number of days']);
}

const key = object({
  number: whole('From 1, in the order of their making'),
  algorithm: word('What it signs with', keyAlgorithms),
  state: word('`verifying`: it signs no more', ['signing', 'verifying']),
  made_at: time('When it was made'),
  retires_at: orNull(time('From when on it signs no more')),
  fingerprint: text('SHA-256 of its SubjectPublicKeyInfo, in hex'),
  verifier_key: text('A vkey of C2SP signed-note, under the origin line'),
});

const response = json(
  object({
    origin: text('Origin line of the epoch: the name of the keys', {
      examples: ['hansard/0123456789abcdef/1'],
    }),
    keys: arrayOf(key, 'Newest first; those that sign no more included'),
    policy: text('A policy file of C2SP tlog-policy with these keys'),
  }),
);

const request = json(
  exactly(
    {
      overlap_days: whole('Days for which the keys so far go on signing too', {
        default: limits.keyOverlapDays,
        maximum: limits.keyOverlapDaysMax,
      }),
    },
    ['overlap_days'],
  ),
);

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/log/keys',
    dialect: 'api',
    access: 'log',
    summary: 'The keys that checkpoints of the log are signed with',
    about: { tag: 'Log', response },
    handle: list,
  },
  {
    method: 'GET',
    path: '/log/epochs/:number/keys',
    dialect: 'api',
    access: 'log',
    summary: 'The same keys under the origin line of an epoch',
    about: { tag: 'Log', response },
    handle: listOfEpoch,
  },
  {
    method: 'POST',
    path: '/log/keys/rotate',
    dialect: 'api',
    access: 'write',
    summary: 'Make the next key that signs checkpoints; administrators only',
    about: { tag: 'Log', request, response, status: 201 },
    handle: rotate,
  },
];
