// Organizations and spaces by name and by guid. V3 where the server has it, V2 where not; names are compared again
// here, since a server that ignores a filter would otherwise hand over the wrong place.
import { isGuid } from '../core/guid.ts';
import { limits } from '../core/limits.ts';
import { itemsAt, parsed, textAt } from '../export/field.ts';
import { refusal, textOf } from './exchange.ts';
import { CliFailure, wrongUsage } from './failure.ts';
import type { Remote } from './remote.ts';
import type { Place } from './session.ts';

type Noun = 'organization' | 'space';

/** The organization of a name, or of a guid as it is. Throws CliFailure where there is none. */
export async function organizationOf(remote: Remote, text: string): Promise<Place> {
  if (isGuid(text)) return { guid: text.toLowerCase(), name: text };
  return placeNamed(remote, 'organization', text, '');
}

/** The space of a name in an organization, or of a guid as it is. Throws CliFailure where there is none. */
export async function spaceOf(remote: Remote, text: string, organization: Place | null): Promise<Place> {
  if (isGuid(text)) return { guid: text.toLowerCase(), name: text };
  if (organization === null) {
    throw wrongUsage(`Which organization is space "${text}" in? Name it too, or target one.`);
  }
  return placeNamed(remote, 'space', text, organization.guid);
}

async function placeNamed(remote: Remote, noun: Noun, name: string, organization: string): Promise<Place> {
  const places =
    (await foundInV3(remote, noun, name, organization)) ??
    (await foundInV2(remote, noun, name, organization));
  const place = places.find((found) => found.name.toLowerCase() === name.toLowerCase());
  if (place === undefined) throw new CliFailure(`There is no ${noun} "${name}" that you can see.`);
  return place;
}

/** Null where the server has no V3 list of the noun. */
async function foundInV3(
  remote: Remote,
  noun: Noun,
  name: string,
  organization: string,
): Promise<Place[] | null> {
  const within = organization === '' ? '' : `&organization_guids=${organization}`;
  const answer = await remote.send(`/v3/${noun}s?names=${listItem(name)}${within}`);
  if (answer.status === 404) {
    await answer.body?.cancel();
    return null;
  }
  if (!answer.ok) throw await refusal(answer);
  return itemsAt(parsed(await textOf(answer)), 'resources').map((item) => ({
    guid: textAt(item, 'guid'),
    name: textAt(item, 'name'),
  }));
}

async function foundInV2(remote: Remote, noun: Noun, name: string, organization: string): Promise<Place[]> {
  const within = organization === '' ? '' : `&q=organization_guid:${organization}`;
  const q = encodeURIComponent(`name:${name.replaceAll(';', ';;')}`);
  const json = await remote.json(`/v2/${noun}s?q=${q}${within}`);
  return itemsAt(json, 'resources').map((item) => ({
    guid: textAt(item, 'metadata', 'guid'),
    name: textAt(item, 'entity', 'name'),
  }));
}

/** One item of a V3 list parameter: lists are cut at commas, and each item is decoded once more. */
export function listItem(text: string): string {
  return encodeURIComponent(/[,%]/.test(text) ? encodeURIComponent(text) : text);
}

/** Names of places by their guids, looked up together and remembered; a place that is gone keeps its guid. */
export class PlaceNames {
  readonly #remote: Remote;
  readonly #known = new Map<string, string>();

  constructor(remote: Remote) {
    this.#remote = remote;
  }

  /** Looks up what is not known yet. */
  async learn(noun: Noun, guids: readonly string[]): Promise<void> {
    const unknown = [...new Set(guids)].filter((guid) => guid !== '' && !this.#known.has(guid));
    if (unknown.length === 0) return;
    if (this.#known.size > limits.placeNamesMax) this.#known.clear();
    for (const guid of unknown) this.#known.set(guid, '');
    const answer = await this.#remote.send(
      `/v3/${noun}s?guids=${unknown.join(',')}&per_page=${unknown.length}`,
    );
    for (const item of itemsAt(parsed(await textOf(answer)), 'resources')) {
      this.#known.set(textAt(item, 'guid'), textAt(item, 'name'));
    }
  }

  /** The name, else the guid; '' for ''. */
  nameOf(guid: string): string {
    return this.#known.get(guid) || guid;
  }
}
