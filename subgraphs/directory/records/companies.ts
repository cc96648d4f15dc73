/** Companies: of a principal's view there is one, its own. */
import { encodeId, type OpaqueId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';

export interface CompanyRecord {
  readonly id: OpaqueId;
  readonly slug: string;
  readonly name: string;
}

export async function readCompanies(transaction: TenantTransaction): Promise<readonly CompanyRecord[]> {
  const rows = await transaction.selectFrom('company').select(['tenant', 'name']).execute();
  return rows.map(({ tenant, name }) => ({ id: companyId(tenant), slug: tenant, name }));
}

function companyId(tenant: TenantId): OpaqueId {
  return encodeId({ tenant, type: 'Company', residence: undefined, key: tenant });
}
