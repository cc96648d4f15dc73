/**
 * Asks the directory what somebody may do now. Each request asks anew: a right that was removed stops at once.
 */
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { isRole, type Role } from '@commonhold/schema/policy.ts';
import { z } from 'zod';
import type { Connection } from '../execution/connection.ts';
import type { Grant } from './principal.ts';

export type Access =
  | { readonly kind: 'active'; readonly subjectKind: 'person' | 'service'; readonly grants: readonly Grant[] }
  /** Not known, suspended or left. */
  | { readonly kind: 'inactive' }
  | { readonly kind: 'unavailable' };

export interface AccessQuestion {
  readonly tenant: string;
  readonly subject: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

export type AskAccess = (question: AccessQuestion) => Promise<Access>;

const TIMEOUT_MILLISECONDS = 3_000;

const answer = z.object({
  active: z.boolean(),
  kind: z.enum(['person', 'service']),
  grants: z.array(
    z.object({
      role: z.string().refine((name): name is Role => isRole(name)),
      residences: z.array(z.string()).optional(),
    }),
  ),
});

/** @param origin of the directory, such as `https://localhost:4201` */
export function createDirectoryAccess(origin: string, connection: Connection, identity: ServiceIdentity): AskAccess {
  return async ({ tenant, subject, requestId, signal }) => {
    try {
      const token = await mintServiceToken(identity, 'directory', { tenant, sub: subject });
      const { status, text } = await connection.post(`${origin}/access`, {
        headers: { authorization: `Bearer ${token}`, 'x-request-id': requestId },
        body: '',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]),
      });
      if (status !== 200) return { kind: 'unavailable' };
      const { active, kind, grants } = answer.parse(JSON.parse(text));
      if (!active) return { kind: 'inactive' };
      return { kind: 'active', subjectKind: kind, grants: grants.map(toGrant) };
    } catch {
      return { kind: 'unavailable' };
    }
  };
}

function toGrant({ role, residences }: { role: Role; residences?: string[] | undefined }): Grant {
  return { role, residences };
}
