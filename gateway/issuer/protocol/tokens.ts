/**
 * What tokens say, for whom, and for how long.
 *
 * Access tokens are JWTs of RFC 9068: who, company, how authenticated. What the bearer may do is the directory's to say,
 * and who they are in person is in no token at all.
 */
import { type Configuration, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { LoginSessions } from '../sessions/login-sessions.ts';

/** A session ends this long after its login, however much it is used. */
export const SESSION_SECONDS = 12 * 60 * 60;
const ACCESS_TOKEN_SECONDS = 5 * 60;

export interface TokenOptions {
  readonly audience: string;
  readonly signingKeyId: string | undefined;
  readonly sessions: LoginSessions;
  /** The company of a person. */
  readonly tenantOf: (subject: string) => Promise<string | undefined>;
  /** The company of a service. @throws {Error} when it may not have a token */
  readonly tenantOfService: (clientId: string) => Promise<string>;
}

/** The claims, lifetimes and resource of every token, as parts of oidc-provider's configuration. */
export function describeTokens({ audience, signingKeyId, sessions, tenantOf, tenantOfService }: TokenOptions) {
  const resourceServer: ResourceServer = {
    scope: '',
    audience,
    accessTokenTTL: ACCESS_TOKEN_SECONDS,
    accessTokenFormat: 'jwt',
    jwt: { sign: signingKeyId ? { alg: 'ES256', kid: signingKeyId } : { alg: 'ES256' } },
  };
  return {
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      ClientCredentials: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: 60,
      DeviceCode: 10 * 60,
      IdToken: 10 * 60,
      Interaction: 15 * 60,
      Grant: 2 * SESSION_SECONDS,
      Session: (_context, session) => secondsLeft(session.loginTs),
      RefreshToken: (_context, token) => secondsLeft(token.authTime),
    },
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'] },
    extraTokenClaims: async (context, token) => {
      if (token.kind === 'ClientCredentials') return { tenant: await tenantOfService(token.clientId ?? '') };
      const { acr, amr, authTime } = authenticationBehind(context);
      const sid = sessions.sidOf(token.grantId);
      if (!(await sessions.use(sid))) throw new errors.InvalidGrant('the login session has ended');
      return { tenant: await tenantOf(token.accountId), sid, acr, amr, auth_time: authTime };
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, indicator) => {
        if (indicator !== audience) throw new errors.InvalidTarget();
        return resourceServer;
      },
    },
  } satisfies Pick<Configuration, 'ttl' | 'claims' | 'extraTokenClaims'> & {
    resourceIndicators: NonNullable<Configuration['features']>['resourceIndicators'];
  };
}

/** The login that an access token comes from: it is remembered by what was exchanged for the token. */
function authenticationBehind({ oidc }: KoaContextWithOIDC) {
  const source = oidc.entities.RefreshToken ?? oidc.entities.AuthorizationCode ?? oidc.entities.DeviceCode;
  if (!source) throw new Error('an access token without a login');
  return source;
}

function secondsLeft(loginTime: number | undefined): number {
  const now = Math.floor(Date.now() / 1000);
  return Math.max(1, (loginTime ?? now) + SESSION_SECONDS - now);
}
