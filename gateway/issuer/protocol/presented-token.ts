/**
 * The access token that a request to revoke or introspect is about.
 *
 * oidc-provider keeps no JWT and takes none at these endpoints. So the token is verified before, takes part as the opaque
 * token that its `jti` would be, and is found again by that name within the same request alone.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';
import { z } from 'zod';
import type { Endings } from '../sessions/endings.ts';

export interface PresentedToken {
  readonly jti: string;
  readonly sub: string;
  readonly clientId: string;
  readonly tenant: string;
  readonly session: string | undefined;
  /** When the login was, in seconds since the epoch; undefined of services. */
  readonly loggedInAt: number | undefined;
  readonly audience: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly binding: { readonly jkt?: string | undefined; readonly 'x5t#S256'?: string | undefined };
}

/** Set while a request to revoke or introspect is answered; `token`: undefined when it came with no JWT of ours. */
export type PresentedTokens = AsyncLocalStorage<{ readonly token: PresentedToken | undefined }>;

/** Everything was ended here, but the directory doesn't know yet (RFC 7009, section 2.2.1). */
export class NotToldYet extends errors.OIDCProviderError {
  override readonly error_description = 'the token is revoked, but may be taken for a moment: try again';

  constructor() {
    super(503, 'temporarily_unavailable');
    this.expose = true;
  }
}

const claims = z.object({
  jti: z.string(),
  sub: z.string(),
  client_id: z.string(),
  tenant: z.string(),
  sid: z.string().optional(),
  auth_time: z.int().optional(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  cnf: z.object({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() }).default({}),
});

export interface OwnTokens {
  readonly issuer: string;
  readonly audience: string;
  /** All that are published. */
  readonly keys: readonly JWK[];
}

/** @returns undefined when it isn't an access token of ours that is in force by what it says itself */
export async function readOwnToken(
  token: string,
  { issuer, audience, keys }: OwnTokens,
): Promise<PresentedToken | undefined> {
  const published = createLocalJWKSet({ keys: keys.map(({ d: _, ...publicKey }) => publicKey) });
  const verified = await jwtVerify(token, published, { issuer, audience, typ: 'at+jwt', algorithms: ['ES256'] }).catch(
    () => undefined,
  );
  const { data } = claims.safeParse(verified?.payload);
  return (
    data && {
      jti: data.jti,
      sub: data.sub,
      clientId: data.client_id,
      tenant: data.tenant,
      session: data.sid,
      loggedInAt: data.auth_time,
      audience: data.aud,
      issuedAt: data.iat,
      expiresAt: data.exp,
      binding: data.cnf,
    }
  );
}

/** The adapter for access tokens: it finds the presented one, and ends it. */
export function withPresentedTokens(
  records: AdapterFactory,
  presented: PresentedTokens,
  endings: Pick<Endings, 'endToken'>,
): AdapterFactory {
  const adapter = (kind: string): Adapter => ({
    ...records(kind),
    find: async (id) => {
      const token = presented.getStore()?.token;
      return token?.jti === id && kindOf(token) === kind ? payloadOf(token) : undefined;
    },
    destroy: async (id) => {
      const token = presented.getStore()?.token;
      if (token?.jti !== id) return;
      const { tenant, expiresAt } = token;
      const isTold = await endings.endToken({ id, tenant, until: new Date(expiresAt * 1000) });
      if (!isTold) throw new NotToldYet();
    },
  });
  return (model) => (model === 'AccessToken' || model === 'ClientCredentials' ? adapter(model) : records(model));
}

/** A program's own token has no person in it. */
function kindOf({ sub, clientId }: PresentedToken): 'AccessToken' | 'ClientCredentials' {
  return sub === clientId ? 'ClientCredentials' : 'AccessToken';
}

/** No grant: revoking one access token ends that one alone. */
function payloadOf(token: PresentedToken): AdapterPayload {
  const { jti, sub, clientId, audience, issuedAt, expiresAt, binding } = token;
  const kind = kindOf(token);
  return {
    kind,
    jti,
    clientId,
    aud: audience,
    iat: issuedAt,
    exp: expiresAt,
    ...(kind === 'AccessToken' && { accountId: sub }),
    ...binding,
  };
}
