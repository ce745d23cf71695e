// Events in the form that was asked for: rows for spreadsheets, or the resources as they were served.
import { type CsvForm, csvLines } from './csv.ts';
import { jsonArray } from './json.ts';
import { ndjsonLines } from './ndjson.ts';
import type { Column, ExportFormat } from './recipes.ts';
import type { ExportRecord } from './record.ts';

/** The document, in pieces, one event at a time. `columns` and `form` matter to CSV alone. */
export function formatted(
  events: AsyncIterable<ExportRecord>,
  format: ExportFormat,
  columns: readonly Column[],
  form: CsvForm,
): AsyncGenerator<string> {
  switch (format) {
    case 'csv': {
      const titles = columns.map((column) => column.title);
      return csvLines(titles, rowsOf(events, columns), form);
    }
    case 'ndjson':
      return ndjsonLines(sourcesOf(events));
    case 'json':
      return jsonArray(sourcesOf(events));
  }
}

async function* rowsOf(
  events: AsyncIterable<ExportRecord>,
  columns: readonly Column[],
): AsyncGenerator<readonly string[]> {
  for await (const event of events) yield columns.map((column) => column.cell(event));
}

async function* sourcesOf(events: AsyncIterable<ExportRecord>): AsyncGenerator<string> {
  for await (const event of events) yield event.source;
}
