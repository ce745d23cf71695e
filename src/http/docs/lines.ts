// An operation as a line for the shell: with curl, and with `cf curl` where the command line's own session will do.
import type { Operation } from '../openapi/document.ts';
import { exampleOf } from '../openapi/example.ts';
import type { Parameter, Reference } from '../openapi/parameters.ts';
import type { Schemas } from '../openapi/schema.ts';

export interface Asked {
  readonly method: string;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly operation: Operation;
}

/** Lines that ask for an operation; `$GUID` and the like are the caller's to fill in. */
export function shellLines({ method, path, operation }: Asked, url: string, schemas: Schemas): string[] {
  const target =
    path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`) + queryOf(operation);
  const verb = method === 'get' ? '' : ` -X ${method.toUpperCase()}`;
  const [mediaType = '', media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const example = media === undefined ? undefined : exampleOf(media.schema, schemas, 'least');
  const data = example === undefined ? '' : dataOf(mediaType, example);
  const curl = `curl${verb}${credentials(operation)} "${url}${target}"${data}`;
  const isForCf = 'token' in (operation.security[0] ?? {}) && mediaType !== 'application/x-ndjson';
  return isForCf ? [curl, `cf curl${verb} "${target}"${data}`] : [curl];
}

function queryOf({ parameters }: Operation): string {
  const shown = parameters.find(hasExample);
  if (shown === undefined) return '';
  const values = [shown.example].flat().map(String);
  return `?${shown.name}=${values.map(encodeURIComponent).join(',').replaceAll('%3A', ':')}`;
}

function hasExample(parameter: Parameter | Reference): parameter is Parameter {
  return 'example' in parameter;
}

function credentials({ security }: Operation): string {
  const first = security[0] ?? {};
  if ('client' in first) return ' -u cf:';
  return 'token' in first ? ' -H "Authorization: $(cf oauth-token)"' : '';
}

function dataOf(mediaType: string, example: unknown): string {
  if (mediaType === 'application/json') return ` -d '${quoted(JSON.stringify(example))}'`;
  if (mediaType === 'application/x-ndjson') return ' --data-binary @events.ndjson';
  const fields = Object.entries(Object(example)).map(([name, value]) => `${name}=${String(value)}`);
  return fields.map((field) => ` -d '${quoted(field)}'`).join('');
}

/** What stands between two single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", `'\\''`);
}
