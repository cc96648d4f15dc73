/**
 * This issuer as relying party of a company's own OpenID provider: authorization code with PKCE (RFC 7636), and a client
 * assertion (RFC 7523) signed with the key that its JWKS publishes anyway, so that there is no secret to share.
 *
 * 1. `begin` sends the browser there, with `state`, `nonce` and code challenge that only this login knows.
 * 2. `complete` takes what it comes back with: the response is that provider's (RFC 9207), the ID token is signed by it,
 *    for this client and this login.
 * 3. What the provider says of the login is translated: who, since when, and whether by two factors as the company says
 *    that its provider calls them.
 */
import { importJWK, type JWK } from 'jose';
import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import { counts } from '../../authentication/login-strength.ts';
import type { CompanyProvider } from './company-provider.ts';
import type { CallProvider } from './provider-call.ts';

/** What has to be remembered, and kept from others, until the browser comes back. */
export const pendingLogin = z.object({
  tenant: z.string(),
  issuer: z.string(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** Whether the person has to prove anew who they are; then when this was asked, in seconds. */
  freshSince: z.number().optional(),
});

export type PendingLogin = z.output<typeof pendingLogin>;

export interface FederatedLogin {
  readonly kind: 'authenticated';
  /** As the company's provisioning names the person. */
  readonly accountName: string;
  /** `sub` at the provider. */
  readonly providerSubject: string;
  readonly isMultiFactor: boolean;
  /** When the person logged in there, in seconds; undefined: the provider doesn't say. */
  readonly loggedInAt: number | undefined;
}

export type FederatedOutcome =
  | FederatedLogin
  /** @property reason for the log; it holds nothing of a person */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface RelyingParty {
  /** @returns undefined when the provider doesn't answer as one */
  begin(
    provider: CompanyProvider,
    login: { readonly tenant: string; readonly state: string; readonly mustBeFresh: boolean },
  ): Promise<{ readonly address: string; readonly pending: PendingLogin } | undefined>;
  /** @param parameters of the redirect: `code`, `state`, `iss`, or `error` */
  complete(provider: CompanyProvider, pending: PendingLogin, parameters: URLSearchParams): Promise<FederatedOutcome>;
}

export interface RelyingPartyOptions {
  /**
   * Where a company's provider sends browsers back to. Each company has an address of its own (RFC 9700, section 4.4.2.2): a
   * provider that leads a browser on to another company's can't have that one's code brought to itself.
   */
  readonly redirectUri: (tenant: string) => string;
  /** Private, ES256: the one that signs at this moment. */
  readonly signingKey: () => JWK | undefined;
  readonly call: CallProvider;
  /** Whether plain http is accepted, as in development. */
  readonly isPlainAllowed: boolean;
}

const CLOCK_TOLERANCE_SECONDS = 30;

export function createRelyingParty({
  redirectUri,
  signingKey,
  call,
  isPlainAllowed,
}: RelyingPartyOptions): RelyingParty {
  const transport = { [oauth.customFetch]: call, [oauth.allowInsecureRequests]: isPlainAllowed };

  const discover = async ({ issuer }: CompanyProvider): Promise<oauth.AuthorizationServer> => {
    const identifier = new URL(issuer);
    return oauth.processDiscoveryResponse(identifier, await oauth.discoveryRequest(identifier, transport));
  };

  const authenticateBy = async ({ issuer, assertionAudience }: CompanyProvider, server: oauth.AuthorizationServer) => {
    const jwk = signingKey();
    const key = jwk && (await importJWK(jwk, 'ES256'));
    if (!jwk?.kid || !key || key instanceof Uint8Array) throw new TypeError('there is no key to sign with');
    const audience = assertionAudience === 'issuer' ? issuer : (server.token_endpoint ?? issuer);
    return oauth.PrivateKeyJwt(
      { key, kid: jwk.kid },
      {
        [oauth.modifyAssertion]: (_header, payload) => {
          payload['aud'] = audience;
        },
      },
    );
  };

  return {
    async begin(provider, { tenant, state, mustBeFresh }) {
      const server = await discover(provider).catch(() => undefined);
      if (!server?.authorization_endpoint) return undefined;
      const codeVerifier = oauth.generateRandomCodeVerifier();
      const nonce = oauth.generateRandomNonce();
      const address = new URL(server.authorization_endpoint);
      const parameters = {
        client_id: provider.clientId,
        response_type: 'code',
        redirect_uri: redirectUri(tenant),
        scope: server.scopes_supported?.includes('email') ? 'openid email profile' : 'openid',
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(mustBeFresh && { prompt: 'login', max_age: '0' }),
      };
      for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
      return {
        address: address.href,
        pending: {
          ...{ tenant, issuer: provider.issuer, state, nonce, codeVerifier },
          ...(mustBeFresh && { freshSince: Math.floor(Date.now() / 1000) }),
        },
      };
    },

    async complete(provider, pending, parameters) {
      try {
        const server = await discover(provider);
        const client: oauth.Client = {
          client_id: provider.clientId,
          [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
        };
        const response = oauth.validateAuthResponse(server, client, parameters, pending.state);
        const answer = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          await authenticateBy(provider, server),
          response,
          redirectUri(pending.tenant),
          pending.codeVerifier,
          transport,
        );
        const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
          expectedNonce: pending.nonce,
          requireIdToken: true,
        });
        await oauth.validateApplicationLevelSignature(server, answer, transport);
        const claims = oauth.getValidatedIdTokenClaims(tokens);
        return claims ? translate(claims, provider, pending) : { kind: 'refused', reason: 'no ID token' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

const person = z.object({
  sub: z.string().min(1).max(255),
  email: z.string().max(320).optional(),
  email_verified: z.boolean().optional(),
  preferred_username: z.string().max(320).optional(),
  acr: z.string().optional(),
  amr: z.array(z.string()).optional(),
  auth_time: z.number().optional(),
});

function translate(
  idToken: oauth.IDToken,
  { accountClaim, mfaAcr, mfaAmr }: CompanyProvider,
  { freshSince }: PendingLogin,
): FederatedOutcome {
  const parsed = person.safeParse(idToken);
  if (!parsed.success) return { kind: 'refused', reason: 'claims of a wrong form' };
  const claims = parsed.data;
  const accountName = accountClaim === 'email' ? claims.email : claims.preferred_username;
  if (!accountName) return { kind: 'refused', reason: `no ${accountClaim}` };
  // Whoever may enter any address at the provider must not become whom it belongs to here.
  if (accountClaim === 'email' && claims.email_verified !== true) {
    return { kind: 'refused', reason: 'address not verified' };
  }
  const loggedInAt = plausible(claims.auth_time);
  if (freshSince !== undefined && (loggedInAt ?? 0) < freshSince - CLOCK_TOLERANCE_SECONDS) {
    return { kind: 'refused', reason: 'login not fresh' };
  }
  const rule = { acrValues: mfaAcr, amrCombinations: mfaAmr.map((combination) => combination.split('+')) };
  return {
    kind: 'authenticated',
    accountName,
    providerSubject: claims.sub,
    isMultiFactor: counts(rule, claims),
    loggedInAt,
  };
}

/** Some providers send 0, or another clock's time. */
function plausible(time: number | undefined): number | undefined {
  const now = Math.floor(Date.now() / 1000);
  return time !== undefined && time > 0 && time <= now + CLOCK_TOLERANCE_SECONDS ? Math.min(time, now) : undefined;
}

/** Messages of errors may hold what was sent: their codes alone are told. */
function outcomeOf(error: unknown): FederatedOutcome {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    return { kind: 'refused', reason: 'the provider refused' };
  }
  if (error instanceof oauth.OperationProcessingError) return { kind: 'refused', reason: error.code ?? 'not valid' };
  return { kind: 'unavailable', reason: error instanceof Error ? error.name : 'unknown' };
}
