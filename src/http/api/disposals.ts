// `/api/disposals`: the disposer, run now or asked what it would do; `/api/erasures`: one event that is to lose what it
// says before its term.
import { setTimeout as pause } from 'node:timers/promises';
import { isGuid } from '../../core/guid.ts';
import { limits } from '../../core/limits.ts';
import type { Erasable } from '../../event/event.ts';
import type { Erasure } from '../../foundation/disposal.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import { json } from '../openapi/conventions.ts';
import { arrayOf, exactly, flag, guid, object, orNull, text, whole, word } from '../openapi/schema.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { type Body, readBody, refuse, unknownFields, unprocessable } from '../v3/body.ts';
import { changed, changeResponse, readReason } from './proposals.ts';

async function run(call: KnownCall, services: Services): Promise<Answer> {
  grant(await services.standing(call.principal), 'disposal.run', anywhere);
  const body = readBody(call);
  refuse(unknownFields(body, ['dry_run']));
  const { dry_run: isDry = false } = body;
  if (typeof isDry !== 'boolean') throw unprocessable('dry_run must be true or false.');
  if (isDry) return { status: 200, body: { state: 'planned', ...(await services.disposer.plan()) } };
  const running = services.disposer.run();
  const late = new AbortController();
  try {
    const waited = pause(limits.disposalAnswerMs, null, { signal: late.signal, ref: false }).catch(
      () => null,
    );
    // A run that takes longer goes on, and its certificate tells.
    const report = await Promise.race([running, waited]);
    if (report === null) return { status: 202, body: { state: 'running' } };
    return { status: 200, body: { state: 'done', ...report } };
  } finally {
    late.abort();
  }
}

async function erase(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'event.erase', anywhere);
  const input = parseErasure(readBody(call));
  return changed(await services.perform('event.erase', permit, call.doer, input), standing);
}

const erasable: readonly Erasable[] = ['data', 'particulars'];

function parseErasure(body: Body): Erasure {
  refuse(unknownFields(body, ['event_guid', 'origin', 'parts', 'reason']));
  const { event_guid: event, origin = null, parts } = body;
  if (typeof event !== 'string' || !isGuid(event))
    throw unprocessable('event_guid must be the UUID of an event.');
  if (origin !== null && typeof origin !== 'string')
    throw unprocessable('origin must be the name of an origin.');
  const asked: unknown[] = Array.isArray(parts) ? parts : [];
  const known = erasable.filter((part) => asked.includes(part));
  if (known.length === 0 || asked.some((part) => !erasable.some((one) => one === part)))
    throw unprocessable('parts must list data, particulars (names, and where a request came from) or both.');
  return { guid: event.toLowerCase(), origin, parts: known, reason: readReason(body) };
}

const spared = arrayOf(
  object({ hold_guid: guid('the hold'), name: text('Its name'), events: whole('Events kept for it') }),
  'Events past their term that holds keep',
);

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/disposals',
    dialect: 'api',
    access: 'write',
    summary: 'Dispose now of what is past its term, or tell what would go; administrators only',
    about: {
      tag: 'Retention',
      status: 200,
      request: json(exactly({ dry_run: flag('Only tell what would go', { default: false }) }, ['dry_run'])),
      response: json(
        object(
          {
            state: word('`planned`: nothing was done', ['planned', 'done']),
            certificate: orNull(guid('the event that certifies the run; null: nothing was disposed of')),
            erased: whole('Events whose data and names went'),
            dropped: whole('Events of whole segments that went'),
            spared,
            proposals: object({
              acted: whole('Proposals whose time had come'),
              lapsed: whole('Those that lapsed'),
            }),
          },
          ['certificate', 'proposals'],
        ),
      ),
      also: { 202: json(object({ state: word('It goes on; its certificate will tell', ['running']) })) },
    },
    handle: run,
  },
  {
    method: 'POST',
    path: '/api/erasures',
    dialect: 'api',
    access: 'write',
    summary: 'Propose to erase what one event says; a second administrator must approve',
    about: {
      tag: 'Retention',
      status: 202,
      request: json(
        exactly(
          {
            event_guid: guid('the event'),
            origin: text('Its origin, where several have an event of this guid'),
            parts: arrayOf(word('What goes: data, or names and context', erasable)),
            reason: text('Why', { maxLength: limits.reasonCharactersMax }),
          },
          ['origin'],
        ),
      ),
      response: changeResponse,
    },
    handle: erase,
  },
];
