// The page about the API, made from the OpenAPI document alone: every operation under its heading, then what the lists
// share, then each schema once.
import { errorCatalogue } from '../../core/error.ts';
import type { OpenApi, Operation } from '../openapi/document.ts';
import { exampleOf } from '../openapi/example.ts';
import type { Parameter, Reference } from '../openapi/parameters.ts';
import { nameOf, type Schema, type Schemas } from '../openapi/schema.ts';
import { kindOf, members, parameterRow } from './describe.ts';
import { pageText } from './frame.ts';
import { anchor, empty, type Html, html, prose } from './html.ts';
import { type Asked, shellLines } from './lines.ts';

const sections = [
  { to: 'parameters', title: 'Parameters of every list' },
  { to: 'errors', title: 'Errors' },
  { to: 'schemas', title: 'What is sent and answered' },
] as const;

/** The page as text. `eventsPath` is where the types of events are described. */
export function apiPage(document: OpenApi, eventsPath: string): string {
  const url = document.servers[0]?.url ?? '';
  const asked = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Asked => ({ method, path, operation })),
  );
  const groups = document.tags.map(({ name }) => ({
    name,
    operations: asked.filter(({ operation }) => operation.tags.includes(name)),
  }));
  return pageText({
    title: 'API',
    introduction: html`<p>Every operation of this server: ${asked.length} in ${groups.length} groups, all of them also in
<a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). What happens leaves an event:
<a href="${eventsPath}">the types of events</a>.</p>
<p>The lines for the shell take the session of <code>cf login -a ${url}</code>; what begins with <code>$</code> is
yours to fill in.</p>`,
    contents: [...groups.map(({ name }) => ({ to: anchor('group', name), title: name })), ...sections],
    body: html`${groups.map(({ name, operations }) => group(name, operations, document))}
${parametersSection(document)}
${errorsSection()}
${schemasSection(document.components.schemas)}`,
  });
}

function group(name: string, operations: readonly Asked[], document: OpenApi): Html {
  return html`<section aria-labelledby="${anchor('group', name)}">
<h2 id="${anchor('group', name)}">${name}</h2>
${operations.map((asked) => article(asked, document))}
</section>
`;
}

function article(asked: Asked, document: OpenApi): Html {
  const { method, path, operation } = asked;
  const { schemas } = document.components;
  const lines = shellLines(asked, document.servers[0]?.url ?? '', schemas);
  const more = operation.description === undefined ? empty : html`<p>${prose(operation.description)}</p>`;
  return html`<article id="${operation.operationId}">
<h3><span class="method">${method.toUpperCase()}</span> <code>${path}</code></h3>
<details>
<summary>${operation.summary}</summary>
<p class="quiet">Who may call: ${prose(operation['x-caller'])}.</p>
${more}
${parametersOf(operation, document)}
${requestOf(operation)}
${answersOf(operation)}
<h4>Example</h4>
<pre tabindex="0"><code>${lines.join('\n')}</code></pre>
</details>
</article>
`;
}

function parametersOf({ parameters }: Operation, { components }: OpenApi): Html {
  if (parameters.length === 0) return empty;
  const own = parameters.filter((parameter): parameter is Parameter => !('$ref' in parameter));
  const shared = parameters.filter((parameter): parameter is Reference => '$ref' in parameter);
  const links = shared.map(({ $ref }, index) => {
    const name = nameOf($ref);
    return html`${index === 0 ? '' : ', '}<a href="#${anchor('parameter', name)}">${components.parameters[name]?.name ?? name}</a>`;
  });
  const rest = links.length === 0 ? empty : html`<p>And what every list takes: ${links}.</p>`;
  return html`<h4>Parameters</h4>
${own.length === 0 ? empty : html`<dl>${own.map((parameter) => parameterRow(parameter))}</dl>`}
${rest}`;
}

function requestOf({ requestBody }: Operation): Html {
  if (requestBody === undefined) return empty;
  return html`<h4>Request</h4>
${Object.entries(requestBody.content).map(([type, { schema }]) => body(type, schema))}`;
}

function answersOf({ responses }: Operation): Html {
  const rows = Object.entries(responses).map(([status, { description, content, $ref }]) => {
    if ($ref !== undefined) return empty;
    const bodies = Object.entries(content ?? {}).map(([type, { schema }]) => body(type, schema));
    return html`<p><strong>${status}</strong> ${prose(description ?? '')}.</p>
${bodies}`;
  });
  const failures = Object.keys(responses).filter((status) => responses[status]?.$ref !== undefined);
  const codes = failures.filter((status) => status !== 'default');
  const may = codes.length === 0 ? '' : `May also be ${codes.join(', ')}: `;
  return html`<h4>Answer</h4>
${rows}
<p class="quiet">${may}<a href="#errors">errors</a>.</p>`;
}

function body(mediaType: string, schema: Schema): Html {
  const isJson = mediaType === 'application/json';
  const type = isJson ? empty : html`, sent as <code>${mediaType}</code>`;
  if (schema.properties !== undefined) return members(schema);
  const said = schema.description === undefined ? empty : html`: ${schema.description}`;
  return html`<p>${kindOf(schema)}${type}${said}</p>`;
}

function parametersSection({ components }: OpenApi): Html {
  const byDialect = Object.groupBy(Object.entries(components.parameters), ([name]) => name.slice(0, 2));
  const lists = Object.entries(byDialect).map(
    ([dialect, entries = []]) => html`<h3>${dialect.toUpperCase()}</h3>
<dl>${entries.map(([name, parameter]) => parameterRow(parameter, anchor('parameter', name)))}</dl>`,
  );
  return section('parameters', html`${lists}`);
}

function errorsSection(): Html {
  const rows = Object.entries(errorCatalogue).map(
    ([name, { code, status, text }]) =>
      html`<dt><code>CF-${name}</code> <span class="kind">${code}, status ${status}</span></dt>
<dd>${text.replaceAll('%s', '…')}</dd>
`,
  );
  return section(
    'errors',
    html`<p>V2 answers <a href="#schema-V2Error">V2Error</a>, V3 <a href="#schema-V3Errors">V3Errors</a>, UAA
<a href="#schema-UaaError">UaaError</a>. The first two take their names from this list.</p>
<dl>${rows}</dl>`,
  );
}

function schemasSection(schemas: Schemas): Html {
  const entries = Object.entries(schemas).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return section('schemas', html`${entries.map(([name, schema]) => schemaEntry(name, schema, schemas))}`);
}

function schemaEntry(name: string, schema: Schema, schemas: Schemas): Html {
  const said = schema.description === undefined ? empty : html`<p>${prose(schema.description)}</p>`;
  const example = JSON.stringify(exampleOf(schema, schemas), null, 2);
  return html`<article id="${anchor('schema', name)}">
<h3>${name}</h3>
${said}
${schema.anyOf === undefined ? members(schema) : schema.anyOf.map(members)}
<details>
<summary>Example of ${name}</summary>
<pre tabindex="0"><code>${example}</code></pre>
</details>
</article>
`;
}

function section(to: (typeof sections)[number]['to'], content: Html): Html {
  const title = sections.find((each) => each.to === to)?.title ?? '';
  return html`<section aria-labelledby="${to}">
<h2 id="${to}">${title}</h2>
${content}
</section>
`;
}
