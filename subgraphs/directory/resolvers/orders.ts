/** Orders: mutations with an idempotency key, each in one transaction of the company. */
import { badUserInput, forbidden } from '@commonhold/kit/errors.ts';
import type { SubgraphContext } from '@commonhold/kit/subgraph-definition.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { Services } from '../loaders.ts';
import { once } from '../records/given-orders.ts';
import type { Actor } from '../records/granting.ts';

export type Context = SubgraphContext<Services>;

export interface OrderInput {
  readonly idempotencyKey: string;
  readonly clientMutationId?: string | null | undefined;
}

export type Act = (transaction: TenantTransaction, actor: Actor) => Promise<string | undefined>;

/**
 * Carries the order out, unless it was before. What somebody calls the order by is no part of it.
 *
 * @returns the key of what came of it
 * @throws {GraphQLError} FORBIDDEN for nobody in particular, or as `once`
 */
export async function ordered(
  { principal, inCompany }: Context,
  operation: string,
  { idempotencyKey, clientMutationId: _, ...input }: OrderInput,
  act: Act,
): Promise<string | undefined> {
  const { tenant, subject } = principal;
  if (subject === undefined) throw forbidden();
  const order = { tenant, subject, idempotencyKey, operation, input };
  return inCompany((transaction) => once(transaction, order, () => act(transaction, { tenant, subject })));
}

/** @throws {GraphQLError} BAD_USER_INPUT naming `field` when nothing is left of it, or too much */
export function text(value: string, field: string, most: number): string {
  const trimmed = value.trim();
  if (trimmed === '' || trimmed.length > most) throw badUserInput(field, `has to have 1 to ${most} characters`);
  return trimmed;
}
