/** What two answers have in common, when they are the same but for the time of day. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** Status, data and errors of an answer, to be compared with those of another. */
export function comparable(status: number, text: string): unknown {
  const body: unknown = JSON.parse(text, (key, value: unknown) => {
    if (key === 'locations') return undefined;
    if (key === 'errors' && Array.isArray(value)) return value.map((error) => JSON.stringify(error)).toSorted();
    if (typeof value !== 'string') return value;
    return INSTANT.test(value) ? '<instant>' : positionOf(value);
  });
  return { status, body };
}

/** A cursor without the digest of its list, in which the ids of arguments are. */
function positionOf(value: string): string {
  const [, position] = /^\["[\w-]{43}",(.*)\]$/s.exec(Buffer.from(value, 'base64url').toString()) ?? [];
  return position ?? value;
}
