/** What somebody may do now, as the directory says. */
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { isRole, type Role } from '@commonhold/schema/policy.ts';
import { z } from 'zod';
import type { Connection } from '../execution/connection.ts';
import type { Grant } from './principal.ts';

export type Access =
  | ActiveAccess
  /** Not known, suspended or left; or the login has ended. */
  | { readonly kind: 'inactive' }
  | { readonly kind: 'unavailable' };

export interface ActiveAccess {
  readonly kind: 'active';
  readonly subjectKind: 'person' | 'service';
  readonly grants: readonly Grant[];
  /** Whether the security briefing has to be confirmed before personal data is shown. */
  readonly isBriefingDue: boolean;
  /** All changes of the company's access up to this one are in it. */
  readonly version: number;
  /** Milliseconds from when it was asked for during which nothing of it begins or ends. */
  readonly unchangedFor: number;
}

export interface AccessQuestion {
  readonly tenant: string;
  readonly subject: string;
  /** The access token and the login session that it came of, either of which may have ended. */
  readonly tokenId: string;
  readonly session: string | undefined;
  /** When the login was, in seconds since the epoch: all before some instant may have ended. undefined: of a service. */
  readonly loggedInAt: number | undefined;
  readonly requestId: string;
  /** The version of the company's access that the answer has to be of, at least: somebody else knows of it. */
  readonly atLeast?: number;
}

export type AskAccess = (question: AccessQuestion) => Promise<Access>;

const TIMEOUT_MILLISECONDS = 3_000;

const answer = z.object({
  active: z.boolean(),
  kind: z.enum(['person', 'service']),
  version: z.number().int().nonnegative(),
  unchangedFor: z.number().nullable(),
  grants: z.array(
    z.object({
      role: z.string().refine((name): name is Role => isRole(name)),
      residences: z.array(z.string()).optional(),
    }),
  ),
  breakGlass: z.array(z.string()).default([]),
  briefingDue: z.boolean().default(false),
});

/** Asks anew each time. @param origin of the directory, such as `https://localhost:4201` */
export function createDirectoryAccess(origin: string, connection: Connection, identity: ServiceIdentity): AskAccess {
  return async ({ tenant, subject, tokenId, session, loggedInAt, requestId }) => {
    try {
      const token = await mintServiceToken(identity, 'directory', { tenant, sub: subject });
      const { status, bytes } = await connection.post(`${origin}/access`, {
        headers: {
          authorization: `Bearer ${token}`,
          'x-request-id': requestId,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ token: tokenId, session, loggedInAt }),
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
      if (status !== 200) return { kind: 'unavailable' };
      const { active, kind, grants, breakGlass, briefingDue, version, unchangedFor } = answer.parse(
        JSON.parse(bytes.toString()),
      );
      if (!active) return { kind: 'inactive' };
      return {
        kind: 'active',
        subjectKind: kind,
        grants: [...grants.map(toGrant), ...emergency(breakGlass)],
        isBriefingDue: briefingDue,
        version,
        unchangedFor: unchangedFor ?? Number.POSITIVE_INFINITY,
      };
    } catch {
      return { kind: 'unavailable' };
    }
  };
}

function toGrant({ role, residences }: { role: Role; residences?: string[] | undefined }): Grant {
  return { role, residences };
}

/** For named residences, or not at all: there is none for the whole company. */
function emergency(residences: readonly string[]): readonly Grant[] {
  return residences.length > 0 ? [{ role: 'BREAK_GLASS', residences }] : [];
}
