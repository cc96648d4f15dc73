/**
 * Whether what the gateway's token says of somebody is still so, as far as this subgraph knows: it follows the versions of
 * each company's access, and learns nothing of whom a change concerns.
 */
import type { KnownVersions } from '@commonhold/platform/access-feed/known-versions.ts';

/** Answered with 412: the gateway looks again what they may do. Nothing was carried out. */
export class OutdatedAccess extends Error {
  override readonly name = 'OutdatedAccess';
  readonly statusCode = 412;
  /** Up to which changes are known here. */
  readonly accessVersion: number;

  constructor(accessVersion: number) {
    super('the token is of before a change of access');
    this.accessVersion = accessVersion;
  }
}

/** Answered with 503: what changed isn't known here any more. */
export class UnknownAccess extends Error {
  override readonly name = 'UnknownAccess';
  readonly statusCode = 503;
}

/**
 * @param accessVersion of the gateway's token
 * @throws {UnknownAccess} when nothing was heard of changes for longer than the bound
 * @throws {OutdatedAccess} when the token is older than the last change of the company's access, or doesn't say how old
 */
export function assertCurrent(known: KnownVersions, tenant: string, accessVersion: number | undefined): void {
  if (known.isStale()) throw new UnknownAccess();
  const version = known.versionOf(tenant);
  if (accessVersion === undefined || accessVersion < version) throw new OutdatedAccess(version);
}
