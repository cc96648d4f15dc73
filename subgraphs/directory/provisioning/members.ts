/**
 * The members of a group, as they come and are to be. They are handled here and not by scimmy, which takes each member
 * anew with each operation: a group may have thousands.
 */
import { type Operation, plainValue } from './patch.ts';
import { ScimRefusal } from './refusal.ts';

const MOST_MEMBERS = 5_000;
const LONGEST_ID = 120;

/** `members[value eq "…"]`, and nothing more to filter by. */
const ONE = /^members\[\s*value\s+eq\s+"([^"]*)"\s*\]$/i;

/** Whether an operation is about members. */
export function isOfMembers({ path }: Operation): boolean {
  return /^members\b/i.test(path);
}

/** @throws {ScimRefusal} 400 when it can't be understood, or they would be too many */
export function patchMembers(members: ReadonlySet<string>, operations: readonly Operation[]): ReadonlySet<string> {
  const patched = operations.reduce(patchOnce, members);
  return withinLimit(patched);
}

/** @param value as `members` came: a list, one alone, or nothing */
export function readMembers(value: unknown): ReadonlySet<string> {
  if (value === undefined || value === null) return new Set();
  const values = Array.isArray(value) ? value : [value];
  return withinLimit(new Set(values.map(memberId)));
}

function patchOnce(members: ReadonlySet<string>, { op, path, value }: Operation): ReadonlySet<string> {
  const one = ONE.exec(path)?.[1];
  if (one === undefined && path !== 'members') {
    throw new ScimRefusal(400, 'Members are named by `value` alone.', 'invalidPath');
  }
  const named = one === undefined ? readMembers(value) : new Set([one]);
  if (op === 'add') return members.union(named);
  if (op === 'replace') return one === undefined ? named : members;
  return one === undefined && value === undefined ? new Set() : members.difference(named);
}

function memberId(value: unknown): string {
  const id = plainValue(value);
  if (typeof id !== 'string' || id === '' || id.length > LONGEST_ID) {
    throw new ScimRefusal(400, 'A member is named by the id of a user.', 'invalidValue');
  }
  return id;
}

function withinLimit(members: ReadonlySet<string>): ReadonlySet<string> {
  if (members.size <= MOST_MEMBERS) return members;
  throw new ScimRefusal(400, `A group has at most ${MOST_MEMBERS} members.`, 'tooMany');
}
