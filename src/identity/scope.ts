// The scopes that tokens may carry, and who has which. Names and meanings are UAA's and Cloud Controller's; a
// scope that stands nowhere here is given to nobody.

/** What every account may do: log in, read and write where its roles allow, change its own password. */
export const ordinaryScopes = [
  'openid',
  'cloud_controller.read',
  'cloud_controller.write',
  'password.write',
  'uaa.user',
] as const;

/** What the administrator may do beside that. */
export const adminScopes = [
  'cloud_controller.admin',
  'scim.read',
  'scim.write',
  'uaa.admin',
  'clients.admin',
  'clients.read',
  'clients.secret',
  'clients.write',
] as const;

/** Whoever has it can give every other scope and set anybody's password: of accounts with it, one must stay. */
export const administratorScope = 'uaa.admin';

/** Reading everything without changing anything (principal.ts), and a client's right to check tokens. */
const otherScopes = [
  'cloud_controller.admin_read_only',
  'cloud_controller.global_auditor',
  'uaa.resource',
] as const;

export const knownScopes: readonly string[] = [...ordinaryScopes, ...adminScopes, ...otherScopes];

/** Those that stand in both lists, in the order of the first. */
export function commonScopes(scopes: readonly string[], others: readonly string[]): string[] {
  const wanted = new Set(others);
  return scopes.filter((scope) => wanted.has(scope));
}

/** The `aud` claim: the client, and each service that a scope speaks of (its text before the last dot). */
export function audienceOf(scopes: readonly string[], client: string): string[] {
  const services = scopes
    .filter((scope) => scope.includes('.'))
    .map((scope) => scope.slice(0, scope.lastIndexOf('.')));
  return [...new Set([client, ...services])];
}

/** The first scope that nobody knows, or undefined. */
export function unknownScope(scopes: readonly string[]): string | undefined {
  return scopes.find((scope) => !knownScopes.includes(scope));
}
