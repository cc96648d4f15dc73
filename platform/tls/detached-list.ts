/**
 * A list that is too long for a token, and goes in the body beside it: the token, which is signed, holds its digest in the
 * list's place. So nobody but who signed the token says what is in the list, and without the list the token is of no use.
 */
import { createHash } from 'node:crypto';

/** What stands in the token in the place of the list. */
export interface DetachedList {
  /** Of the list in JSON as `JSON.stringify` writes it, in base64url. */
  readonly sha256: string;
}

export function detachList(list: readonly string[]): DetachedList {
  return { sha256: createHash('sha256').update(JSON.stringify(list)).digest('base64url') };
}
