// `/log`: what there is of the log and where. Its epochs with their origin lines and keys, how far each is signed, from
// which entry on it is shown.
import { microsText } from '../../core/instant.ts';
import type { Epoch } from '../../log/epoch.ts';
import { headsOf } from '../../log/prove.ts';
import { minimumShown } from '../../log/source.ts';
import { formatVerifierKey } from '../../merkle/note.ts';
import { json } from '../openapi/conventions.ts';
import { address, arrayOf, flag, mapOf, object, orNull, text, time, whole } from '../openapi/schema.ts';
import type { Answer, Call, Route, Services } from '../route.ts';
import { presentEpoch } from './keys.ts';

async function show(_: Call, services: Services): Promise<Answer> {
  const { log, url } = services;
  const present = await presentEpoch(log);
  const epochs = await log.epochs();
  const heads = await headsOf(log);
  const sizeOf = ({ number }: Epoch): number | null =>
    heads.find((head) => head.epoch === number)?.size ?? null;
  const trees = await Promise.all(epochs.map((epoch) => presentTree(epoch, sizeOf(epoch), services)));
  const link = (path: string) => ({ href: `${url}${path}` });
  return {
    status: 200,
    body: {
      origin: present.origin,
      is_public: log.isPublic,
      halted: log.halted(),
      epochs: trees,
      links: {
        self: link('/log'),
        checkpoint: link('/log/checkpoint'),
        latest_checkpoint: link('/log/checkpoint/latest'),
        minimum_index: link('/log/minimum-index'),
        tiles: link('/log/tile'),
        keys: link('/log/keys'),
        retention: link('/api/retention'),
      },
    },
  };
}

async function presentTree(
  epoch: Epoch,
  size: number | null,
  { store, log, url }: Services,
): Promise<object> {
  const { number, origin, openedAt } = epoch;
  return {
    number,
    origin,
    opened_at: microsText(openedAt),
    size,
    minimum_index: size === null ? 0 : await minimumShown(store, number, size),
    verifier_keys: log.keys.verifierKeys(origin).map(formatVerifierKey),
    links: { self: { href: `${url}/log/epochs/${number}` } },
  };
}

const origin = text('Origin line of its checkpoints', { examples: ['hansard/0123456789abcdef/1'] });
const links = mapOf(
  object({ href: address('Where it is', 'https://api.example.org/log') }),
  'Addresses by name',
);

const tree = object({
  number: whole('From 1; the last is the present one', { minimum: 1 }),
  origin,
  opened_at: time('When it began'),
  size: orNull(whole('How many entries its published checkpoint covers; null before the first')),
  minimum_index: whole('The first index whose entry is still shown'),
  verifier_keys: arrayOf(text('A vkey of C2SP signed-note'), 'All that ever signed, newest first'),
  links,
});

const response = json(
  object({
    origin,
    is_public: flag('Whether checkpoints and tiles are open to everybody'),
    halted: orNull(text('Why nothing is written or signed; null while all is well')),
    epochs: arrayOf(tree, 'One, unless the log was put back to an older copy'),
    links,
  }),
);

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/log',
    dialect: 'api',
    access: 'log',
    summary: 'What there is of the log: epochs, keys, addresses',
    about: { tag: 'Log', response },
    handle: show,
  },
];
