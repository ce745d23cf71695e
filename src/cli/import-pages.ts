// Which pages of a list an import has seen: whoever saved the first page of fifty believes to have everything.
import { fieldAt, numberAt, textAt } from '../export/field.ts';
import { counted } from './terminal.ts';

interface List {
  readonly file: string;
  readonly pagesTotal: number;
  readonly eventsTotal: number;
  /** Events on each page that was seen, by its number. */
  readonly pages: Map<number, number>;
}

export class PageTally {
  readonly #lists = new Map<string, List>();

  /** Takes the members of a page beside its events, and how many events stood on it. */
  add(file: string, envelope: unknown, events: number): void {
    const paging = fieldAt(envelope, 'pagination') ?? envelope;
    const pagesTotal = numberAt(paging, 'total_pages') ?? 1;
    const eventsTotal = numberAt(paging, 'total_results') ?? 0;
    const next = linkAt(paging, 'next');
    const previous = linkAt(paging, 'previous') ?? linkAt(paging, 'prev');
    const number = next === null ? numberOf(previous) + 1 : numberOf(next) - 1;
    const link = next ?? previous;
    if (link === null && pagesTotal <= 1) return;
    const name = nameOf(link);
    const list = this.#lists.get(name) ?? { file, pagesTotal, eventsTotal, pages: new Map<number, number>() };
    this.#lists.set(name, list);
    list.pages.set(number, events);
  }

  /** A sentence for each list of which events are missing. */
  gaps(): string[] {
    return [...this.#lists.values()].flatMap(({ file, pagesTotal, eventsTotal, pages }) => {
      const missing = eventsTotal - [...pages.values()].reduce((sum, events) => sum + events, 0);
      if (missing <= 0 || pages.size >= pagesTotal) return [];
      const [only] = pages.keys();
      const seen =
        pages.size === 1 ? `page ${only} of ${pagesTotal}` : `${pages.size} of ${pagesTotal} pages`;
      const are = missing === 1 ? 'is' : 'are';
      return [`${file}: this is ${seen}: ${counted(missing, 'event')} ${are} not in these files.`];
    });
  }
}

/** V3 has an object with a link, V2 the path itself. Null on the last page, or the first. */
function linkAt(paging: unknown, name: string): URL | null {
  const href = textAt(paging, name, 'href') || textAt(paging, `${name}_url`);
  return href === '' ? null : URL.parse(href, 'http://platform');
}

function numberOf(link: URL | null): number {
  return link === null ? 0 : Number(link.searchParams.get('page') ?? 1);
}

/** Pages of one list link to each other with the same question; its number and Hansard's cursor differ. */
function nameOf(link: URL | null): string {
  const question = new URLSearchParams(link?.search ?? '');
  question.delete('page');
  question.delete('cursor');
  question.sort();
  return `${link?.pathname ?? ''}?${question}`;
}
