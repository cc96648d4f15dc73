/** What a client sends to subscribe, parsed. */
import { z } from 'zod';
import type { Principal } from '../authentication/principal.ts';
import { tokenMissing } from '../authentication/refusal.ts';
import { badRequest } from '../protection/http-requests.ts';
import type { SubscriptionRequest, Transport } from './live.ts';

const parameters = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

export type Parameters = z.output<typeof parameters>;

const LONGEST_CURSOR = 255;

/** @throws {GraphQLError} `BAD_REQUEST` */
export function readParameters(given: unknown): Parameters {
  const parsed = parameters.safeParse(given);
  if (!parsed.success) throw badRequest('The request has no `query`, or `variables` or `extensions` are no objects.');
  return parsed.data;
}

/**
 * @param after where the transport says that the client left off; `extensions.after` goes before it
 * @throws {GraphQLError} `UNAUTHENTICATED` where nobody in particular asks
 */
export function subscriptionRequest(
  { query, operationName, variables, extensions }: Parameters,
  from: {
    readonly principal: Principal | undefined;
    readonly transport: Transport;
    readonly after?: string | undefined;
  },
): SubscriptionRequest {
  if (!from.principal) throw tokenMissing();
  const after = extensions?.['after'] ?? from.after;
  return {
    query,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
    after: typeof after === 'string' && after !== '' ? after.slice(0, LONGEST_CURSOR) : undefined,
    principal: from.principal,
    transport: from.transport,
  };
}

/** Whose a connection is: the same person or service by the same client. */
export function ownerOf({ tenant, subject, client, kind }: Principal): string {
  return JSON.stringify([tenant, subject, client, kind]);
}
