/** Seals anew what lies in the directory under an older generation of the master key, one company after the other. */
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { HELD_KEY_COLUMN } from '@commonhold/platform/secrets/held-keys.ts';
import { resealColumns } from '@commonhold/platform/secrets/resealing.ts';
import type { Kysely } from 'kysely';
import { SEALED_COLUMNS } from '../database/sealed-columns.ts';
import type { Tables } from '../database/tables.ts';
import type { InTenant } from '../database/tenant-transaction.ts';
import { forEachCompany } from '../recurring/companies.ts';

/** @returns how many texts are left */
export async function resealAll(
  database: Kysely<Tables>,
  asOwner: InTenant,
  envelope: Envelope,
  signal: AbortSignal,
): Promise<number> {
  let left = await resealColumns<Tables>(
    [HELD_KEY_COLUMN],
    envelope,
    (work) => database.transaction().execute(work),
    signal,
  );
  await forEachCompany(database, signal, async (tenant) => {
    const scope = { column: 'tenant', value: tenant };
    left += await resealColumns<Tables>(SEALED_COLUMNS, envelope, (work) => asOwner(tenant, work), signal, scope);
  });
  return left;
}
