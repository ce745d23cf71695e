// Looking into JSON that somebody else made: a member that is missing or of another kind is simply not there.

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of member names, or undefined where the path does not lead anywhere. */
export function fieldAt(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (!isRecord(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

/** The text at a path; '' where there is none, or null, or anything but a text. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The number at a path, or null. */
export function numberAt(value: unknown, ...path: readonly string[]): number | null {
  const found = fieldAt(value, ...path);
  return typeof found === 'number' ? found : null;
}

/** The items of the array at a path; none where there is no array. */
export function itemsAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): boolean {
  return isRecord(value);
}

/** Reads JSON text; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
