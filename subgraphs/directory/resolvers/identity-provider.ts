import type { readIdentityProvider } from '../records/identity-providers.ts';

export const ACCOUNT_CLAIMS = { EMAIL: 'email', PREFERRED_USERNAME: 'preferred_username' } as const;
export const ASSERTION_AUDIENCES = { ISSUER: 'issuer', TOKEN_ENDPOINT: 'token-endpoint' } as const;

/** As GraphQL shows it. */
export function identityProviderOf(provider: Awaited<ReturnType<typeof readIdentityProvider>>) {
  if (!provider) return null;
  const { mfaAcr, mfaAmr, accountClaim, assertionAudience, ...shown } = provider;
  return {
    ...shown,
    accountClaim: accountClaim === 'email' ? ('EMAIL' as const) : ('PREFERRED_USERNAME' as const),
    assertionAudience: assertionAudience === 'issuer' ? ('ISSUER' as const) : ('TOKEN_ENDPOINT' as const),
    multiFactorAcr: mfaAcr,
    multiFactorAmr: mfaAmr,
  };
}
