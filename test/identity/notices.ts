/** What an issuer tells people of their logins and factors, as the directory is told it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { StubDirectory } from '@commonhold/gateway/testing/directory.ts';
import { expect } from '@jest/globals';

const PATIENCE_MILLISECONDS = 10_000;

/** Waits until the directory was told that somebody is to be told this, among other things. */
export async function untilNotices(
  directory: StubDirectory,
  subject: string,
  expected: readonly string[],
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  const isThere = () => expected.every((notice) => noticesOf(directory, subject).includes(notice));
  while (!isThere() && Date.now() < deadline) await wait(50);
  expect(noticesOf(directory, subject)).toEqual(expect.arrayContaining([...expected]));
}

/** Waits until the directory was told to tell somebody of this, and nothing else. */
export async function untilOnlyNotices(
  directory: StubDirectory,
  subject: string,
  expected: readonly string[],
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (noticesOf(directory, subject).length < expected.length && Date.now() < deadline) await wait(50);
  expect(noticesOf(directory, subject).toSorted()).toEqual(expected.toSorted());
}

function noticesOf(directory: StubDirectory, subject: string): readonly string[] {
  return directory.received
    .filter(({ url, claims }) => url === '/notices' && claims.sub === subject)
    .map(({ body }) => JSON.parse(body))
    .map(({ kind, about }) => [kind, ...Object.values(about)].join(' '));
}
