/** A login at a partner while its credential is rotated: whichever generation the partner knows. */
import type { Answer } from './transport.ts';

/**
 * Asks with the current credential, and where it is refused with the one before. Nothing is ordered by asking for a
 * token, so that asking twice does no harm.
 *
 * @returns the first answer that isn't a refusal, or the refusal of the current credential
 */
export async function askWithEither<Credential>(
  [current, previous]: readonly [Credential, ...Credential[]],
  ask: (credential: Credential) => Promise<Answer>,
): Promise<Answer> {
  const answer = await ask(current);
  if (previous === undefined || !isRefusal(answer)) return answer;
  const other = await ask(previous);
  return isRefusal(other) ? answer : other;
}

/** RFC 6749, section 5.2: `invalid_client` comes with 400 or 401. */
function isRefusal({ status }: Answer): boolean {
  return status === 400 || status === 401 || status === 403;
}
