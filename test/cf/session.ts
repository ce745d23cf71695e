// A cf command replayed: the requests that a real cf of one version was recorded to send, asked of our server one
// after the other, with the guids that its answers give. What the command needs of each answer is checked as it does.
import assert from 'node:assert/strict';
import { type Reply, request, type TestServer } from '../harness.ts';

export type Version = '6.53' | '7.3' | '8.18';

/** A preamble by name, or status, method, path and body as they were recorded. */
export type Step = string | readonly [status: number, method: string, path: string, body?: string];

const preambles: Readonly<Record<string, readonly string[]>> = {
  P6: ['/v2/info', '/', '/login'],
  P6b: ['/v2/info', '/', '/login', '/', '/v3', '/login'],
  P7: ['/', '/v3', '/login'],
};

const jobDeadline = 50;

export class Session {
  readonly #server: TestServer;
  readonly #guids = new Map<string, string>();
  #token: string | null = null;
  #refreshToken = '';

  constructor(server: TestServer) {
    this.#server = server;
  }

  /** @param isCurl `cf curl` prints what it gets and remembers nothing of it. */
  async replay(steps: readonly Step[], isCurl = false): Promise<void> {
    for (const step of steps) {
      if (typeof step !== 'string') await this.#send(step, isCurl);
      else
        for (const path of preambles[step] ?? [])
          assert.equal((await this.#ask('GET', path)).status, 200, path);
    }
  }

  async #send([status, method, path, body]: Exclude<Step, string>, isCurl: boolean): Promise<void> {
    const filled = this.#filled(path);
    const reply = await this.#ask(method, filled, body === undefined ? undefined : this.#filled(body));
    const what = `${method} ${filled}: ${reply.status} ${reply.text.slice(0, 400)}`;
    if (isTakenForDone(method, filled, reply)) return;
    assert.equal(reply.status, isSpaceRoleByName(method, filled) ? 200 : status, what);
    if (!isCurl) this.#learn(filled, reply);
    if (status === 202) await this.#followJob(reply);
    if (method === 'GET' && status === 200) checkAnswer(filled, reply);
  }

  #ask(method: string, path: string, body?: string): Promise<Reply> {
    const form = path === '/oauth/token';
    const headers = {
      accept: 'application/json',
      'user-agent': 'cf/8.18.4+sha.date (go1.26.10; amd64 linux)',
      // Even on GET and DELETE: cf-cli.md, section 5.
      'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
      ...(form ? { authorization: 'Basic Y2Y6' } : {}),
    };
    const isPublic = form || ['/', '/v2/info', '/v3', '/login'].includes(path);
    const token = isPublic ? null : this.#token;
    return request(this.#server.url, method, path, {
      token,
      headers,
      ...(body === undefined ? {} : { body }),
    });
  }

  #filled(text: string): string {
    const password = new URLSearchParams({ password: this.#server.adminPassword }).toString();
    return text
      .replace('password=admin', password)
      .replace('<refresh_token>', this.#refreshToken)
      .replace('organization_guid:GUID', `organization_guid:${this.#guids.get('ORG')}`)
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const guid = this.#guids.get(name);
        assert.ok(guid !== undefined, `no answer has given ${name} yet: ${text}`);
        return guid;
      });
  }

  /** Remembers the guids that later requests name. */
  #learn(path: string, reply: Reply): void {
    if (path === '/oauth/token') {
      if (reply.status !== 200) return;
      this.#token = reply.json.access_token;
      this.#refreshToken = reply.json.refresh_token;
      assert.equal(reply.json.token_type, 'bearer');
    }
    const job = reply.headers.get('location');
    if (job !== null) this.#guids.set('JOB', job.slice(job.lastIndexOf('/') + 1));
    const collection =
      /^\/(?:v[23]\/)?(?:organizations\/[\w-]+\/)?(organizations|spaces|users|Users|roles)(?:\?|$)/.exec(
        path,
      )?.[1];
    if (collection === undefined || reply.text === '') return;
    const found = reply.json.resources ?? [reply.json];
    if (found.length !== 1) return;
    const [one] = found;
    const guid = one.metadata?.guid ?? one.guid ?? one.id;
    this.#guids.set(names[collection] ?? '', guid);
    if (one.entity?.quota_definition_guid) this.#guids.set('QUOTA', one.entity.quota_definition_guid);
    if (one.entity?.guid) this.#guids.set('JOB', one.entity.guid);
  }

  /** Polls as the command does, until the job says that it is over; it must have gone well. */
  async #followJob(reply: Reply): Promise<void> {
    const location = reply.headers.get('location');
    const path = location === null ? reply.json.metadata.url : new URL(location).pathname;
    for (let polls = 0; polls < jobDeadline; polls += 1) {
      const job = await this.#ask('GET', path);
      assert.equal(job.status, 200, job.text);
      const state = job.json.state ?? job.json.entity.status;
      if (state === 'COMPLETE' || state === 'finished') {
        this.#guids.set('JOB', path.slice(path.lastIndexOf('/') + 1));
        return;
      }
      assert.ok(['PROCESSING', 'POLLING', 'queued', 'running'].includes(state), job.text);
    }
    assert.fail(`${path} is never over`);
  }
}

const names: Readonly<Record<string, string>> = {
  organizations: 'ORG',
  spaces: 'SPACE',
  users: 'USER',
  Users: 'USER',
  roles: 'ROLE',
};

/** The command takes a refusal with this sentence for success (cf-cli.md, section 6, create-space). */
function isTakenForDone(method: string, path: string, reply: Reply): boolean {
  if (method !== 'POST' || path !== '/v3/roles' || reply.status !== 422) return false;
  assert.match(reply.json.errors[0].detail, /User '.*' already has '.*' role.*/);
  return true;
}

/** The recording's stand-in answered 204; the original answers the space, and cf takes either. */
function isSpaceRoleByName(method: string, path: string): boolean {
  return method === 'DELETE' && /^\/v2\/spaces\/[\w-]+\/(developers|managers|auditors)$/.test(path);
}

/** What every list and resource must have, or the command stops with an error of its own. */
function checkAnswer(path: string, reply: Reply): void {
  const body = reply.json;
  if (path.startsWith('/v3/')) {
    if (body.resources !== undefined) assert.ok(Array.isArray(body.resources), path);
    const next = body.pagination?.next?.href;
    if (next) assert.match(next, /^http/);
    for (const one of body.resources ?? []) assert.equal(typeof one.guid, 'string', path);
    return;
  }
  if (path.startsWith('/v2/') && body.resources !== undefined) {
    assert.ok(body.next_url === null || body.next_url.startsWith('/v2/'), path);
    for (const one of body.resources) {
      assert.equal(typeof one.metadata.guid, 'string', path);
      assert.equal(typeof one.entity, 'object', path);
    }
  }
}
