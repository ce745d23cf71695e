// The page about the types of events, made from the catalog: what each means, and what its `data` holds.
import { type CatalogEntry, nouns } from '../../event/catalog.ts';
import { pageText } from './frame.ts';
import { anchor, empty, type Html, html } from './html.ts';

/** The page as text. `apiPath` is where the API is described. */
export function eventsPage(apiPath: string): string {
  return pageText({
    title: 'Types of events',
    introduction: html`<p>What each type of event means. <code>/v2/events</code> and <code>/v3/audit_events</code> answer
those for the <em>platform</em>; those of the <em>log</em> itself only where a request names their type.
<a href="${apiPath}">The API</a>.</p>
<p>Members of <code>data</code> that are marked as made safe are replaced before an event is stored, and so is, in every
type, what has the name of a secret or looks like one.</p>`,
    contents: nouns.map(({ title }) => ({ to: anchor('group', title), title })),
    body: html`${nouns.map(
      ({ title, entries }) => html`<section aria-labelledby="${anchor('group', title)}">
<h2 id="${anchor('group', title)}">${title}</h2>
${entries.map(entryOf)}
</section>
`,
    )}`,
  });
}

function entryOf(entry: CatalogEntry): Html {
  const { type, sentence, target, audience, category, severity, auditClass, since, until } = entry;
  const period = until === null ? `since ${since}` : `from ${since} to ${until}`;
  return html`<article id="${anchor('event', type)}">
<h3><code>${type}</code></h3>
<p>${wording(sentence)}.</p>
<p class="quiet">Target ${target}; for the ${audience}; ${category}, ${severity}; AU-2 ${auditClass}; ${period}</p>
${names('Members of data', entry.fields)}
${names(
  'Made safe',
  entry.redactions.map(({ path }) => path),
)}
</article>
`;
}

/** The sentence, with the words that stand for names set apart. */
function wording(sentence: string): Html {
  const pieces = sentence.split(/\{(\w+)\}/);
  return html`${pieces.map((piece, index) => (index % 2 === 0 ? html`${piece}` : html`<em>${piece}</em>`))}`;
}

function names(title: string, paths: readonly string[]): Html {
  if (paths.length === 0) return empty;
  return html`<p>${title}: ${paths.map((path, index) => html`${index === 0 ? '' : ', '}<code>${path}</code>`)}</p>`;
}
