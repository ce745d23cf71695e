// Recorded requests, sent again as they stand: a client with its headers, and a line for each request.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { decodeJwt } from 'jose';

export interface Heard {
  readonly status: number;
  readonly location: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  readonly json: any;
}

/** One client on the wire: the headers that it sends with everything, and what it remembers. */
export class Client {
  readonly kept: Record<string, string> = {};
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #scheme: string;
  /** How the client names itself to UAA; '' where it does so in the form. */
  readonly #basic: string;

  constructor(url: string, headers: Readonly<Record<string, string>>, scheme: string, basic = 'cf:') {
    this.#url = url;
    this.#headers = headers;
    this.#scheme = scheme;
    this.#basic = basic;
  }

  /** Sends the lines in their order; answers what came to the last. */
  async replay(...lines: readonly string[]): Promise<Heard> {
    let heard: Heard | undefined;
    for (const line of lines) heard = await this.#line(line);
    assert.ok(heard !== undefined);
    return heard;
  }

  async #line(line: string): Promise<Heard> {
    const shape = /^([A-Z]+) (\S+)(?: (.+?))? -> (\d{3})((?: \w+=\S+)*)$/;
    const [, method = '', target = '', body = '', status, keeps = ''] = shape.exec(this.#filled(line)) ?? [];
    assert.ok(status !== undefined, `this line cannot be read: ${line}`);
    const heard = await this.#send(method, target, body);
    assert.equal(heard.status, Number(status), `${line}: ${heard.status} ${JSON.stringify(heard.json)}`);
    for (const keep of keeps.trim().split(' ').filter(Boolean)) {
      const [name = '', path = ''] = keep.split('=');
      const value = path === 'location' ? heard.location : at(heard.json, path);
      assert.equal(typeof value, 'string', `${line}: ${name}`);
      this.kept[name] = String(value);
    }
    if (target.startsWith('/oauth/token') && heard.status === 200 && method === 'POST')
      this.#keepTokens(heard);
    return heard;
  }

  #filled(line: string): string {
    return line.replace(
      /\{([A-Z]+)\}/g,
      (_, name: string) => this.kept[name] ?? assert.fail(`no ${name} yet`),
    );
  }

  #keepTokens({ json }: Heard): void {
    assert.equal(json.token_type, 'bearer');
    this.kept.ACCESS = json.access_token;
    this.kept.JTI = String(decodeJwt(json.access_token).jti);
    if (json.refresh_token !== undefined) this.kept.REFRESH = json.refresh_token;
  }

  #send(method: string, target: string, body: string): Promise<Heard> {
    // Links are absolute in V3 and in the addresses of jobs.
    const url = new URL(target, this.#url);
    const isGrant = target.startsWith('/oauth/token') && body !== '';
    const headers = {
      ...(body === '' ? {} : { 'Content-Type': 'application/json' }),
      ...this.#headers,
      ...(isGrant ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
      ...(body === '' ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` }),
      ...this.#authorization(target),
    };
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, headers }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece) => pieces.push(piece));
        answer.on('end', () => {
          const text = Buffer.concat(pieces).toString('utf8');
          const { statusCode: status = 0, headers: answered } = answer;
          resolve({ status, location: answered.location ?? '', json: text === '' ? null : JSON.parse(text) });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  #authorization(target: string): Record<string, string> {
    const isGrant = /^\/oauth\/token(\?|$)/.test(target);
    if (isGrant && this.#basic === '') return {};
    if (isGrant) return { Authorization: `Basic ${Buffer.from(this.#basic).toString('base64')}` };
    // cf 7 sends the header empty before anybody is logged in.
    return { Authorization: this.kept.ACCESS === undefined ? '' : `${this.#scheme} ${this.kept.ACCESS}` };
  }
}

function at(json: unknown, path: string): unknown {
  let found = json;
  for (const step of path.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[step];
  return found;
}
