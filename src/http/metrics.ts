// `GET /metrics`: what an operator's Prometheus asks for, with the token of a global reader (its `oauth2` section gets
// one by client credentials): the figures tell of the whole platform, and whether its log holds.
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { AppError } from '../core/error.ts';
import { microsPerSecond } from '../core/instant.ts';
import { globalRole } from '../identity/principal.ts';
import { parseCheckpoint } from '../merkle/checkpoint.ts';
import { parseNote } from '../merkle/note.ts';
import type { Answer, KnownCall, Route, Services } from './route.ts';

/** Everything that this server counts, in one registry of its own; answers the page. */
export function createMetrics({
  store,
  log,
  verified,
}: Pick<Services, 'store' | 'log' | 'verified'>): Services['metrics'] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name: `hansard_${name}`, help, registers: [registry] });
  const events = gauge('events', 'Events that the log has taken');
  const unsealed = gauge('events_unsealed', 'Events that are not in the tree yet');
  const checkpoint = gauge('checkpoint_leaves', 'Leaves that the newest checkpoint covers');
  const halted = gauge(
    'log_halted',
    '1 while the log refuses to be written because it was put back or changed',
  );
  // Not there before the first verification: 0 would be an alarm.
  let verification: readonly [Gauge, Gauge, Gauge] | null = null;
  return async () => {
    const { newestEventId, lastEventId } = await store.tree();
    const note = log.latest();
    events.set(newestEventId);
    unsealed.set(newestEventId - lastEventId);
    checkpoint.set(note === null ? 0 : parseCheckpoint(parseNote(note).text).size);
    halted.set(log.halted() === null ? 0 : 1);
    const last = verified();
    if (last !== null) {
      verification ??= [
        gauge('verification_timestamp_seconds', 'When the log was last verified'),
        gauge('verification_ok', 'Whether the last verification found nothing: 1, or 0'),
        gauge('verification_duration_seconds', 'How long the last verification took'),
      ];
      const [at, isSound, took] = verification;
      at.set(last.at / microsPerSecond);
      isSound.set(last.isSound ? 1 : 0);
      took.set(last.seconds);
    }
    return {
      status: 200,
      body: await registry.metrics(),
      headers: { 'content-type': registry.contentType },
    };
  };
}

function answer({ principal }: KnownCall, services: Services): Promise<Answer> {
  if (globalRole(principal) === null) throw new AppError('NotAuthorized');
  return services.metrics();
}

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/metrics',
    dialect: 'root',
    access: 'token',
    summary: 'Figures about this server, in the text format of Prometheus',
    about: { tag: 'Log', response: { mediaType: 'text/plain', schema: { type: 'string' } } },
    handle: answer,
  },
];
