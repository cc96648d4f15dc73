/** For tests: what the gateway mints for somebody with a role. */
import { ROLES, type Role } from '@commonhold/schema/policy.ts';
import type { SubgraphClaims } from '../tenancy/principal.ts';

/** @param residences those that a role is limited to which isn't for the whole company */
export function claimsOf(role: Role, company: string, residences: readonly string[] = []): SubgraphClaims {
  const { scopes, policies, reach } = ROLES[role];
  const grant = { scopes: [...scopes], policies: [...policies] };
  return {
    tenant: company,
    policies: ['public'],
    grants: [reach === 'company' ? grant : { ...grant, residences: [...residences] }],
  };
}
