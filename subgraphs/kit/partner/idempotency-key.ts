/** Idempotency keys on their way from a client to a partner. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { badUserInput } from '../errors.ts';
import type { TenantId } from '../tenancy/ids.ts';
import { PartnerError } from './partner-error.ts';

const uuid = z.uuid();

/** The partner's code, as its contract lists it, for a key that came with another order before. */
export const KEY_REUSED = 'idempotency-key-reused';

/**
 * The key that the partner is given: bound to the company and the operation, so that two companies that choose the same
 * key don't meet, and without telling the partner the client's own.
 *
 * @throws {GraphQLError} BAD_USER_INPUT naming `input.idempotencyKey` unless it is a UUID (RFC 9562)
 */
export function partnerIdempotencyKey(tenant: TenantId, operation: string, key: string): string {
  if (!uuid.safeParse(key).success) throw badUserInput('input.idempotencyKey', 'has to be a UUID');
  return createHash('sha256')
    .update(JSON.stringify([tenant, operation, key.toLowerCase()]))
    .digest('base64url');
}

/** The client's mistake for what the partner refused because of the key; anything else as it is. */
export function explainReusedKey(error: unknown): unknown {
  return error instanceof PartnerError && error.reason === KEY_REUSED
    ? badUserInput('input.idempotencyKey', 'was used for another order before')
    : error;
}
