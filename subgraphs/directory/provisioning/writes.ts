/** What all writes have in common: they take turns, and may be bound to the version that was read. */
import { sql } from 'kysely';
import { ScimRefusal } from './refusal.ts';
import type { ProvisioningScope } from './scope.ts';

interface Versioned {
  readonly version: number;
}

/** Writes of one company come one after the other: none is decided on what another one is changing. */
export async function takeTurn({
  transaction,
  tenant,
}: Pick<ProvisioningScope, 'transaction' | 'tenant'>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenant}/provisioning`}, 5))`.execute(transaction);
}

/** A weak entity tag (RFC 7644, section 3.14). */
export function versionOf({ version }: Versioned): string {
  return `W/"${version}"`;
}

/** @throws {ScimRefusal} 412 when `ifMatch` names other versions than this one */
export function assertVersion(resource: Versioned, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '*') return;
  const isMatching = ifMatch.split(',').some((tag) => tag.trim() === versionOf(resource));
  if (!isMatching) throw new ScimRefusal(412, 'The resource has changed since.');
}
