// The failures that an operation can answer, by status: described once for each envelope and referred to.
import type { Dialect, Route } from '../route.ts';
import { ref } from './schema.ts';

const envelopes = { v2: 'V2Error', v3: 'V3Errors', uaa: 'UaaError' } as const;

type Envelope = keyof typeof envelopes;

const envelopeOf: Readonly<Record<Dialect, Envelope>> = {
  root: 'v2',
  v2: 'v2',
  v3: 'v3',
  api: 'v3',
  uaa: 'uaa',
};

const meanings = {
  400: 'The request cannot be understood; the answer says what is wrong',
  401: 'The token is missing or no longer good: log in again',
  403: 'Not allowed with this token or these roles',
  404: 'Not there, or not to be seen by the caller',
  422: 'The body asks for what cannot be; the answer says why',
  default: 'Any other failure; with 503, come again after the seconds in Retry-After',
} as const;

/** Every failure in every envelope, by the name of the component. */
export const failureResponses: Readonly<Record<string, object>> = Object.fromEntries(
  Object.entries(envelopes).flatMap(([envelope, schema]) =>
    Object.entries(meanings).map(([status, description]) => [
      `${envelope}.${status}`,
      { description, content: { 'application/json': { schema: ref(schema) } } },
    ]),
  ),
);

/** Those that an operation can answer. */
export function failuresOf(
  { dialect, path }: Route,
  { isOpen, hasQuery, hasBody }: { isOpen: boolean; hasQuery: boolean; hasBody: boolean },
): Readonly<Record<string, object>> {
  const statuses = [
    ...(hasQuery || hasBody ? ['400'] : []),
    ...(isOpen ? [] : ['401', '403']),
    ...(/[:*]/.test(path) ? ['404'] : []),
    ...(hasBody && envelopeOf[dialect] === 'v3' ? ['422'] : []),
    'default',
  ];
  const reference = (status: string) => ({
    $ref: `#/components/responses/${envelopeOf[dialect]}.${status}`,
  });
  return Object.fromEntries(statuses.map((status) => [status, reference(status)]));
}
