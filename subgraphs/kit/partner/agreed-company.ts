/** What was agreed about one company. */
import type { TenantId } from '../tenancy/ids.ts';
import type { Contract } from './contract.ts';
import { PartnerError } from './partner-error.ts';

/** @throws {PartnerError} PARTNER_REJECTED when the contract doesn't list it */
export function agreedCompany({ partner, companies }: Contract, tenant: TenantId): Contract['companies'][string] {
  const company = Object.hasOwn(companies, tenant) ? companies[tenant] : undefined;
  if (company) return company;
  throw new PartnerError(partner, 'PARTNER_REJECTED', {
    detail: 'the contract does not list the company',
    mayHaveTakenEffect: false,
  });
}
