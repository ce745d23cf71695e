// `POST /log/checkpoint`: the log sealed to this moment, and its witnesses asked at once rather than within the minute.
import { AppError, pushback } from '../../core/error.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import type { LogServices } from '../../log/log-services.ts';
import { json } from '../openapi/conventions.ts';
import { arrayOf, object, orNull, text, whole, word } from '../openapi/schema.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';

/** Seals, asks the witnesses, and tells what came of it. Throws ServiceUnavailable while the log is halted. */
export async function checkpointNow(log: LogServices): Promise<object> {
  const halted = log.halted();
  if (halted !== null) throw new AppError('ServiceUnavailable', [halted]);
  const note = await log.sealer.now();
  if (note === null) throw pushback('There is no checkpoint yet: it is signed within a second');
  const outcomes = (await log.witnesses?.ask()) ?? [];
  return {
    checkpoint: log.witnesses?.newest() ?? note,
    published: log.published(),
    witnesses: outcomes.map(({ witness, url, kind, size, reason }) => ({
      name: witness,
      url,
      state: kind,
      size,
      reason,
    })),
  };
}

async function seal(call: KnownCall, services: Services): Promise<Answer> {
  grant(await services.standing(call.principal), 'log.checkpoint', anywhere);
  return { status: 200, body: await checkpointNow(services.log) };
}

const witness = object({
  name: text('As the policy calls it'),
  url: text('Where it was asked'),
  state: word('`ahead`: it has cosigned a tree that this log does not go on from', [
    'cosigned',
    'failed',
    'ahead',
  ]),
  size: whole('The size that it has cosigned last, as far as is known'),
  reason: orNull(text('Why it did not cosign')),
});

const response = json(
  object({
    checkpoint: text('The newest checkpoint, a signed note with the cosignatures that it has'),
    published: orNull(text('The newest checkpoint that meets the witness policy')),
    witnesses: arrayOf(witness, 'Those of the policy that have an address'),
  }),
);

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/log/checkpoint',
    dialect: 'api',
    access: 'write',
    summary: 'Seal the log now and ask its witnesses; administrators only',
    about: { tag: 'Log', request: null, response, status: 200 },
    handle: seal,
  },
];
