// A server that somebody is logged in to: requests carry the session's token, which is renewed when it is about to
// end, and answers that refuse become one sentence.
import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { parsed } from '../export/field.ts';
import { ask, type Question, refusal, textOf } from './exchange.ts';
import { CliFailure } from './failure.ts';
import {
  chosenSession,
  type Environment,
  environmentSession,
  keepSession,
  type Session,
  type SessionChoice,
  serverUrl,
} from './session.ts';
import { tell } from './terminal.ts';
import { cfClient, grantedTokens, isStale, renewed, uaaOf } from './token.ts';

export interface Remote {
  /** The session as it stands now, renewed tokens included. */
  session(): Session;
  /** Sends a request to a path of the server and answers with whatever status came. */
  send(path: string, question?: Question): Promise<Response>;
  /** The JSON that is answered. Throws CliFailure with the server's own words unless it answers 2xx. */
  json(path: string, question?: Question): Promise<unknown>;
}

/** Adds to a command the options by which it is pointed at a server. */
export function serverOptions(command: Command): Command {
  return command
    .option('--url <url>', 'server to talk to (HANSARD_URL); default: the one you are logged in to')
    .option('--cf', "use the cf command's session even if Hansard has its own");
}

/** The server that options and environment point at. Throws CliFailure where nobody is logged in. */
export async function connect(choice: SessionChoice, env: Environment = process.env): Promise<Remote> {
  return openRemote(await sessionFor(choice, env), env);
}

async function sessionFor(choice: SessionChoice, env: Environment): Promise<Session> {
  const { HANSARD_USER: user, HANSARD_PASSWORD: password } = env;
  const address = choice.url ?? env.HANSARD_URL;
  if (choice.cf === true || env.HANSARD_TOKEN || !user || !password || !address)
    return chosenSession(choice, env);
  const url = serverUrl(address);
  const uaa = await uaaOf(url);
  const form = { grant_type: 'password', username: user, password };
  const tokens = await grantedTokens(uaa, cfClient, form);
  return { ...environmentSession(url, tokens.accessToken), uaa, refreshToken: tokens.refreshToken };
}

/** A remote over a session. Renewed tokens of Hansard's own session are kept, those of others are not. */
export function openRemote(session: Session, env: Environment = process.env): Remote {
  let current = session;
  if (session.insecure) leaveCertificatesUnchecked();

  const renew = async (): Promise<void> => {
    current = await renewed(current);
    if (current.source === 'own') await keepSession(current, env);
  };

  const send = async (path: string, question: Question = {}): Promise<Response> => {
    if (isStale(current, systemClock() / 1_000_000)) await renew();
    const answer = await ask(addressOf(current.url, path), withToken(question, current));
    const isStream = question.body !== undefined && typeof question.body !== 'string';
    const isForToken = answer.status === 401 && !isForCredentials(answer);
    if (!isForToken || isStream || current.refreshToken === '') return answer;
    await answer.body?.cancel();
    await renew();
    return ask(addressOf(current.url, path), withToken(question, current));
  };

  return {
    session: () => current,
    send,
    async json(path, question) {
      const answer = await send(path, question);
      if (!answer.ok) throw await refusal(answer);
      const json = parsed(await textOf(answer));
      if (json === undefined) throw new CliFailure(`The answer of ${current.url}${path} is not JSON.`);
      return json;
    },
  };
}

/** A wrong old password is answered 401 too (UAA): sent again, it would count twice towards the lock-out. */
function isForCredentials(answer: Response): boolean {
  return /error="unauthorized"/.test(answer.headers.get('www-authenticate') ?? '');
}

function withToken(question: Question, session: Session): Question {
  return { ...question, headers: { ...question.headers, authorization: `bearer ${session.accessToken}` } };
}

/** A path of the server, never another host: the token must not travel. */
function addressOf(base: string, path: string): URL {
  const url = URL.parse(base + (path.startsWith('/') ? path : `/${path}`));
  if (url === null) throw new CliFailure(`"${path}" is no path of a server.`);
  return url;
}

/** The one switch that Node has for it holds for the whole process, and so for every request of this command. */
export function leaveCertificatesUnchecked(): void {
  process.removeAllListeners('warning');
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  tell('Warning: the certificates of this server are not checked, as your session asks.');
}
