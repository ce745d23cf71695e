// Exports, as the log sees them. `POST /api/exports` records that somebody is about to export, before the first byte is
// handed out, and seals the log: what was committed until then is covered by the checkpoints that it answers.
// `POST /api/evidence` then proves events to whoever may see them, all of one export against the same checkpoints.
import { AppError } from '../../core/error.ts';
import { type Guid, isGuid, newGuid } from '../../core/guid.ts';
import { limits } from '../../core/limits.ts';
import { audienceOf } from '../../event/catalog.ts';
import { coverOf, epochIn, type Head, headsOf, nodesOf } from '../../log/prove.ts';
import { inclusionProof, type ReadNodes } from '../../merkle/proof.ts';
import { everything } from '../../query/ast.ts';
import { type NarrowedQuery, narrow } from '../../query/narrow.ts';
import { formatEvidence } from '../../verify/evidence.ts';
import { noteRead, visibilityFor } from '../events.ts';
import { json } from '../openapi/conventions.ts';
import {
  arrayOf,
  exactly,
  exampleGuid,
  flag,
  guid,
  object,
  orNull,
  text,
  whole,
  word,
} from '../openapi/schema.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { type Body, boolean, isObject, readBody, refuse, unknownFields } from '../v3/body.ts';

const formats = ['csv', 'ndjson', 'json'] as const;
const exported = 'audit.log.export';

async function announce(call: KnownCall, services: Services): Promise<Answer> {
  const wish = parseAnnouncement(readBody(call));
  const { log, doors, now, random } = services;
  await log.sealer.now();
  const heads = await headsOf(log);
  const id = newGuid(Math.floor(now() / 1000), random);
  const checkpoints = heads.map(({ epoch, origin, size }) => ({ epoch, origin, size }));
  const happening = {
    guid: id,
    type: exported,
    target: { type: 'log', guid: 'hansard' },
    targetName: '',
    data: { ...wish, checkpoints },
  };
  await doors.run('note.record', { doer: call.doer, happening });
  return { status: 201, body: { id, checkpoints: heads } };
}

interface Announcement {
  readonly format: string;
  readonly recipe: string | null;
  readonly filters: readonly string[];
  readonly evidence: boolean;
}

function parseAnnouncement(body: Body): Announcement {
  const { format, recipe = null, filters = [], evidence = false } = body;
  refuse([
    ...unknownFields(body, ['format', 'recipe', 'filters', 'evidence']),
    ...(formats.some((known) => known === format) ? [] : [`Format must be one of ${formats.join(', ')}`]),
    ...(recipe === null || isName(recipe) ? [] : ['Recipe must be the name of a recipe, or null']),
    ...(isTexts(filters) ? [] : ['Filters must be an array of strings']),
    ...boolean('Evidence', evidence),
  ]);
  const texts = isTexts(filters) ? filters : [];
  if (JSON.stringify(texts).length > limits.exportFilterCharactersMax) {
    refuse([`Filters are longer than ${limits.exportFilterCharactersMax} characters`]);
  }
  return {
    format: String(format),
    recipe: recipe === null ? null : String(recipe),
    filters: texts,
    evidence: evidence === true,
  };
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length <= limits.nameCharactersMax;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

async function prove(call: KnownCall, services: Services): Promise<Answer> {
  const { id, guids } = parseQuestion(readBody(call));
  const trees = await treesOf(call, services, id);
  const query = narrow(everything, await visibilityFor(call, services), 'all', audienceOf);
  const lines: string[] = [];
  let bytes = 0;
  for (const guid of guids) {
    const line = await lineOf(guid, query, trees, services);
    lines.push(`${line}\n`);
    bytes += Buffer.byteLength(line);
    if (bytes > limits.evidenceBytesMax) break;
  }
  await noteRead(call, services, lines.length, `evidence?export=${id}`);
  return {
    status: 200,
    body: lines.join(''),
    headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
  };
}

/** A tree that events are proved in: of a checkpoint that the export was told. */
interface Tree extends Pick<Head, 'epoch' | 'size'> {
  readonly nodes: ReadNodes;
}

/** The trees of an export that the caller has announced. Throws ResourceNotFound for any other. */
async function treesOf(call: KnownCall, { store }: Services, id: Guid): Promise<Tree[]> {
  const query = narrow(everything, { kind: 'all' }, 'all', audienceOf);
  const found = await store.find(query, id);
  const isOwn =
    found.kind === 'event' &&
    found.event.origin === '' &&
    found.event.type === exported &&
    found.event.actor.guid === call.principal.guid;
  if (!isOwn) throw new AppError('ResourceNotFound', [`You have announced no export ${id}`]);
  return checkpointsIn(found.event.data).map(({ origin, size }) => {
    const epoch = epochIn({ origin });
    return { epoch, size, nodes: nodesOf(store, epoch, size) };
  });
}

/** The checkpoints in the data of an export's event, as `announce` has written them. */
function checkpointsIn(data: string): { origin: string; size: number }[] {
  const told: unknown = JSON.parse(data);
  const list: readonly unknown[] = isObject(told) && Array.isArray(told.checkpoints) ? told.checkpoints : [];
  return list.filter(isObject).map(({ origin, size }) => ({ origin: String(origin), size: Number(size) }));
}

/** The evidence of an event, or why there is none. */
async function lineOf(
  guid: string,
  query: NarrowedQuery,
  trees: readonly Tree[],
  { store }: Services,
): Promise<string> {
  const missing = (why: 'unknown' | 'later'): string => JSON.stringify({ guid, missing: why });
  const evidence = isGuid(guid) ? await store.evidence(query, guid) : null;
  if (evidence === null) return missing('unknown');
  const { sealed, ...disclosure } = evidence;
  const tree = sealed === null ? undefined : coverOf(trees, sealed);
  if (sealed === null || tree === undefined) return missing('later');
  const proof = await inclusionProof(sealed.index, tree.size, tree.nodes);
  return formatEvidence({ ...sealed, ...disclosure, proof });
}

function parseQuestion(body: Body): { readonly id: Guid; readonly guids: readonly string[] } {
  const { export: id, guids } = body;
  const most = limits.evidenceEventsMax;
  refuse([
    ...unknownFields(body, ['export', 'guids']),
    ...(typeof id === 'string' && isGuid(id) ? [] : ['Export must be the id of an export']),
    ...(isTexts(guids) && guids.length <= most ? [] : [`Guids must be an array of at most ${most} strings`]),
  ]);
  return {
    id: String(id).toLowerCase(),
    guids: isTexts(guids) ? guids.map((guid) => guid.toLowerCase()) : [],
  };
}

const head = object({
  epoch: whole('Number of the epoch', { minimum: 1 }),
  origin: text('Origin line', { examples: ['hansard/0123456789abcdef/1'] }),
  size: whole('How many entries it covers'),
  note: text('The checkpoint, a signed note'),
});

const announcement = exactly(
  {
    format: word('What is written', formats),
    recipe: orNull(
      text('The named list; null: all that pass the filters', { maxLength: limits.nameCharactersMax }),
    ),
    filters: arrayOf(text('A condition in words'), 'What is asked for'),
    evidence: flag('Whether proofs go with it', { default: false }),
  },
  ['recipe', 'filters', 'evidence'],
);

const question = exactly(
  {
    export: guid('the export'),
    guids: {
      ...arrayOf(text('Guid of an event', { examples: [exampleGuid] })),
      maxItems: limits.evidenceEventsMax,
    },
  },
  [],
);

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/exports',
    dialect: 'api',
    access: 'read',
    summary: 'Record an export before it is made, and seal the log',
    about: {
      tag: 'Exports',
      request: json(announcement),
      status: 201,
      response: json(object({ id: guid('the export'), checkpoints: arrayOf(head, 'One of each epoch') })),
    },
    handle: announce,
  },
  {
    method: 'POST',
    path: '/api/evidence',
    dialect: 'api',
    access: 'read',
    summary: 'Prove events of an export',
    about: {
      tag: 'Exports',
      description:
        'A line of evidence for each guid, in their order. Where there is none, the line has the members `guid` and ' +
        '`missing`: `unknown`, or `later` for what came after the checkpoint. The answer may end early where events ' +
        'are large: ask again for the rest.',
      request: json(question),
      status: 200,
      response: { mediaType: 'application/x-ndjson', schema: { type: 'string' } },
    },
    handle: prove,
  },
];
