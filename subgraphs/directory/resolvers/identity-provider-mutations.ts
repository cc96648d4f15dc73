/** By which provider the company's people log in. */
import { forbidden } from '@commonhold/kit/errors.ts';
import type { SubgraphContext } from '@commonhold/kit/subgraph-definition.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Services } from '../loaders.ts';
import { once } from '../records/given-orders.ts';
import type { Actor } from '../records/granting.ts';
import { readIdentityProvider, removeIdentityProvider, setIdentityProvider } from '../records/identity-providers.ts';
import { ACCOUNT_CLAIMS, ASSERTION_AUDIENCES, identityProviderOf } from './identity-provider.ts';

type Context = SubgraphContext<Services>;

export const identityProviderMutations: Pick<MutationResolvers, 'setIdentityProvider' | 'removeIdentityProvider'> = {
  setIdentityProvider: (_root, { input }, context) =>
    payload(context, 'setIdentityProvider', input, (transaction, actor) =>
      setIdentityProvider(
        transaction,
        actor,
        {
          issuer: input.issuer,
          clientId: input.clientId,
          accountClaim: ACCOUNT_CLAIMS[input.accountClaim ?? 'EMAIL'],
          assertionAudience: ASSERTION_AUDIENCES[input.assertionAudience ?? 'ISSUER'],
          mfaAcr: input.multiFactorAcr ?? [],
          mfaAmr: input.multiFactorAmr ?? [],
        },
        context.isPlainLocalhostAllowed,
      ),
    ),

  removeIdentityProvider: (_root, { input }, context) =>
    payload(context, 'removeIdentityProvider', input, removeIdentityProvider),
};

interface OrderInput {
  readonly idempotencyKey: string;
  readonly clientMutationId?: string | null | undefined;
}

async function payload(
  { principal: { tenant, subject }, inCompany }: Context,
  operation: string,
  { idempotencyKey, clientMutationId, ...input }: OrderInput,
  act: (transaction: TenantTransaction, actor: Actor) => Promise<string>,
) {
  if (subject === undefined) throw forbidden();
  const order = { tenant, subject, idempotencyKey, operation, input };
  const provider = await inCompany(async (transaction) => {
    await once(transaction, order, () => act(transaction, { tenant, subject }));
    return readIdentityProvider(transaction);
  });
  return { identityProvider: identityProviderOf(provider), clientMutationId: clientMutationId ?? null };
}
