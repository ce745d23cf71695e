// CSV after RFC 4180: CRLF, quotes where they are needed and doubled inside, nothing stripped. Spreadsheets take a
// cell that begins like a formula for one (CWE-1236), and names in events are chosen by whoever made them; such
// cells get a leading apostrophe unless the reader asks for the raw values.

export interface CsvForm {
  /** Cells as they are: for programs. A spreadsheet would calculate some of them. */
  readonly raw: boolean;
  /** A byte order mark, by which Excel knows UTF-8. */
  readonly excel: boolean;
}

/** What spreadsheets read as the beginning of a formula or of another cell; full-width signs count too. */
const formula = /^(?:[\t\r\n\0]|\s*[=+\-@＝＋－＠])/;

/** A leading byte order mark would be lost with the file's own; blanks at the ends are lost by many readers. */
const needsQuotes = /[",\r\n]|^[\s\ufeff]|\s$/;

/** One line with its end. `cells` is not empty. */
export function csvLine(cells: readonly string[], raw = false): string {
  const line = cells.map((cell) => csvCell(raw ? cell : guarded(cell)));
  // A line of one empty cell would be an empty line, which readers skip.
  return line.length === 1 && line[0] === '' ? '""\r\n' : `${line.join(',')}\r\n`;
}

/** Header and rows, one text for each line. */
export async function* csvLines(
  header: readonly string[],
  rows: AsyncIterable<readonly string[]>,
  form: CsvForm,
): AsyncGenerator<string> {
  yield (form.excel ? '\ufeff' : '') + csvLine(header, form.raw);
  for await (const row of rows) yield csvLine(row, form.raw);
}

function guarded(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

function csvCell(cell: string): string {
  return needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
