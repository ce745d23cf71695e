// What the token endpoint is sent: a form body, and a client that names itself in a Basic header or in the
// form.
import { badRequest } from '../../identity/denied.ts';
import type { ClientCredentials } from '../../identity/grant.ts';

export type Form = (name: string) => string;

/**
 * Reads application/x-www-form-urlencoded. Answers '' for what is missing, and refuses what stands twice (RFC
 * 6749, section 3.2) without repeating it. Throws Denied.
 */
export function readForm(body: string): Form {
  const fields = new URLSearchParams(body);
  const names = [...fields.keys()];
  if (new Set(names).size !== names.length) throw badRequest('A parameter must not be given twice.');
  return (name) => fields.get(name) ?? '';
}

/**
 * The client of a request: a Basic header wins over the form. Throws Denied where a Basic header is broken.
 */
export function clientCredentials(authorization: string | undefined, form: Form): ClientCredentials {
  const basic = /^basic\s+(.*)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return { id: form('client_id'), secrets: [form('client_secret')] };
  const text = Buffer.from(basic.trim(), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw badRequest('The Basic authorization header cannot be read.');
  const secret = text.slice(colon + 1);
  // Most clients send both as they are, Go's OAuth library encodes them first (RFC 6749, section 2.3.1).
  return { id: decoded(text.slice(0, colon)), secrets: [...new Set([secret, decoded(secret)])] };
}

/** The words of a scope parameter; none where it is empty, as old clients send it. */
export function scopeList(text: string): string[] {
  return text.split(/\s+/).filter((scope) => scope !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
