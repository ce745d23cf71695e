// What a client asks before it logs in: where to, and which questions to put to its user.
import { secondsText } from '../../core/instant.ts';
import type { Answer, Route } from '../route.ts';
import { uaaRoute, type Visit } from './dialect.ts';

/** The version of UAA whose answers these are: clients compare it with what their commands need. */
const uaaVersion = '77.20.0';

export const routes: readonly Route[] = [
  uaaRoute({ method: 'GET', path: '/login', summary: 'Prompts and addresses for logging in' }, info),
  uaaRoute({ method: 'GET', path: '/info', summary: 'The same as /login' }, info),
];

function info({ services }: Visit): Answer {
  const { url, now } = services;
  return {
    status: 200,
    body: {
      app: { version: uaaVersion },
      links: { uaa: url, login: url },
      zone_name: 'uaa',
      entityID: url,
      idpDefinitions: {},
      timestamp: secondsText(now()),
      prompts: { username: ['text', 'Email'], password: ['password', 'Password'] },
    },
  };
}
