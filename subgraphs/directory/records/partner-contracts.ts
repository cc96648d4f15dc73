/**
 * Signed contracts with partners. The document is sealed for its row and opened only for whoever asks for it; what was
 * added stays as it is, and a new version stands beside the one before.
 */
import { randomUUID } from 'node:crypto';
import { badUserInput, errorOf } from '@commonhold/kit/errors.ts';
import { encodeId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { PartnerContractParent } from '../parents.ts';
import { readAccess } from './access.ts';
import type { Actor } from './granting.ts';
import { isFurtherOn, type NewestFirstPosition } from './newest-first.ts';
import type { Partner } from './partners.ts';

export type ContractMediaType = 'application/pdf' | 'text/markdown';

export interface NewContract {
  readonly partner: Partner;
  readonly version: string;
  readonly validUntil: Date;
  readonly mediaType: ContractMediaType;
  /** In base64. */
  readonly document: string;
}

/**
 * @returns the contract's key
 * @throws {GraphQLError} FORBIDDEN when the right to do so has ended; BAD_USER_INPUT when there is this version
 */
export async function addPartnerContract(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  envelope: Envelope,
  { partner, version, validUntil, mediaType, document }: NewContract,
): Promise<string> {
  const { grants } = await readAccess(transaction, subject);
  if (!grants.some(({ role }) => role === 'INTEGRATION_MANAGER')) {
    throw errorOf('FORBIDDEN', 'Your roles do not include adding contracts.');
  }
  const key = randomUUID();
  const added = await transaction
    .insertInto('partner_contract')
    .values({
      ...{ tenant, key, partner, version, valid_until: validUntil, media_type: mediaType, added_by: subject },
      sealed_document: await envelope.seal(document, contractPlace(tenant, key)),
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'partner', 'version']).doNothing())
    .returning('key')
    .executeTakeFirst();
  if (!added) throw badUserInput('input.version', 'is there already');
  return key;
}

/** Newest first, without their documents. */
export async function listPartnerContracts(
  transaction: TenantTransaction,
  { after, limit }: { readonly after: NewestFirstPosition | undefined; readonly limit: number },
): Promise<readonly PartnerContractParent[]> {
  let listed = select(transaction);
  if (after) listed = listed.where(isFurtherOn('partner_contract', after));
  const rows = await listed.orderBy('since', 'desc').orderBy('key').limit(limit).execute();
  return rows.map(toParent);
}

export async function readPartnerContract(
  transaction: TenantTransaction,
  key: string,
): Promise<PartnerContractParent | null> {
  const row = await select(transaction).where('key', '=', key).executeTakeFirst();
  return row ? toParent(row) : null;
}

/** @throws {Error} when it was sealed for another row or under another key, or altered */
export async function openDocument(
  transaction: TenantTransaction,
  envelope: Envelope,
  { tenant, key }: Pick<PartnerContractParent, 'tenant' | 'key'>,
): Promise<string> {
  const { sealed_document } = await transaction
    .selectFrom('partner_contract')
    .select('sealed_document')
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  return envelope.open(sealed_document, contractPlace(tenant, key));
}

export function contractPlace(tenant: TenantId, key: string): string {
  return `partner_contract.document:${tenant}:${key}`;
}

function select(transaction: TenantTransaction) {
  return transaction
    .selectFrom('partner_contract')
    .select(['tenant', 'key', 'partner', 'version', 'valid_until', 'media_type', 'added_by', 'since']);
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number];

function toParent({ tenant, key, partner, version, ...row }: Row): PartnerContractParent {
  return {
    id: encodeId({ tenant, type: 'PartnerContract', residence: undefined, key }),
    ...{ tenant, key, partner, version },
    validUntil: row.valid_until.toISOString(),
    mediaType: row.media_type,
    addedBy: row.added_by,
    since: row.since.toISOString(),
  };
}
