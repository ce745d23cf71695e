// Secrets that can be found again, in every form in which a program may have written them down.
import { randomBytes } from 'node:crypto';

/** What is looked for: `text` as it was sent, `marks` parts of it that stand nowhere else. */
export interface Canary {
  readonly name: string;
  readonly text: string;
  readonly marks: readonly string[];
}

export interface Sighting {
  readonly canary: string;
  readonly form: string;
  /** What stands around it. */
  readonly context: string;
}

/** A secret that somebody chose: with characters that are encoded on the way. */
export function chosenSecret(name: string): Canary {
  const mark = `c4na${randomBytes(10).toString('hex')}`;
  return { name, text: `Pá s/${mark}+&"=%`, marks: [mark] };
}

/** One of plain characters, for where no others can stand. */
export function plainSecret(name: string): Canary {
  const mark = `c4na${randomBytes(10).toString('hex')}`;
  return { name, text: `s3cr3t${mark}`, marks: [mark] };
}

/** A token that the server has made: each of its parts says more than enough. */
export function issuedToken(name: string, text: string): Canary {
  const parts = text.split('.');
  // The header of a JSON Web Token is the same in all of them.
  const own = parts.length === 3 ? parts.slice(1) : parts;
  return { name, text, marks: own.flatMap((part) => [part.slice(0, 40), part.slice(-40)]) };
}

/** Every canary that stands in the bytes, in clear or in an encoding that anybody undoes. */
export function sightings(bytes: Buffer, canaries: readonly Canary[]): Sighting[] {
  const text = bytes.toString('latin1');
  const found = canaries.flatMap(({ name, marks }) =>
    marks.flatMap((mark) =>
      formsOf(mark).flatMap(([form, written]) => {
        const at = text.indexOf(written);
        if (at < 0) return [];
        return [{ canary: name, form, context: text.slice(Math.max(0, at - 100), at + written.length + 60) }];
      }),
    ),
  );
  return found.slice(0, sightingsMax);
}

/** Enough to see what is wrong; every failure shows them all. */
const sightingsMax = 3;

function formsOf(mark: string): readonly (readonly [form: string, written: string])[] {
  const bytes = Buffer.from(mark);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((shift) => {
    const inner = innerBase64(bytes, shift);
    return [
      [`base64, moved by ${shift}`, inner],
      [`base64url, moved by ${shift}`, inner.replaceAll('+', '-').replaceAll('/', '_')],
    ] as const;
  });
  return [
    ['clear', mark],
    ['reversed', [...mark].reverse().join('')],
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ['UTF-16', bytes.toString('latin1').replaceAll(/./g, '$&\0')],
    ['percent codes', hex.replaceAll(/../g, '%$&')],
    ['PERCENT CODES', hex.toUpperCase().replaceAll(/../g, '%$&')],
    ...base64,
  ];
}

/** The characters of a base64 text that depend on these bytes alone, wherever in the whole they stand. */
function innerBase64(bytes: Buffer, shift: number): string {
  const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}
