/** The OpenID provider itself: oidc-provider, with our store, keys, clients, tokens and pages. */

import { clientCertificate } from '@commonhold/platform/tls/services-door.ts';
import Provider, { type Configuration, errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { z } from 'zod';
import { PROOF_ALGORITHMS } from '../../authentication/possession/proof.ts';
import type { IssuerConfiguration } from '../configuration.ts';
import type { IsActive } from '../directory/standing.ts';
import type { KeyGeneration } from '../keys/generations.ts';
import { deviceCodePage, deviceConfirmationPage, deviceDonePage } from '../pages/device-pages.ts';
import { errorPage } from '../pages/error-page.ts';
import { logoutDonePage, logoutPage } from '../pages/logout-pages.ts';
import type { LoginSessions } from '../sessions/login-sessions.ts';
import type { Accounts } from '../store/accounts.ts';
import { ASSURANCES, askForAssurance } from './assurance.ts';
import { allowedOrigins, describeClients, SERVICES_ENDPOINTS, type ServiceClient } from './clients.ts';
import { beginLoginSession } from './login-grant.ts';
import { describeTokens } from './tokens.ts';

/** oauth4webapi's assertions live one minute; clocks may differ. */
const ASSERTION_SECONDS = 300;

export interface ProviderOptions {
  readonly configuration: IssuerConfiguration;
  readonly adapter: NonNullable<Configuration['adapter']>;
  readonly accounts: Accounts;
  readonly sessions: LoginSessions;
  readonly isActive: IsActive;
  readonly services: readonly ServiceClient[];
  /** What signs first, then what is published beside it. */
  readonly keys: readonly KeyGeneration[];
  /** What the nonces of proofs of possession follow from: 32 bytes, the same at every replica. */
  readonly nonceKey: Uint8Array;
}

/** It holds no state of its own: after a rotation of keys another one takes its place. */
export function createProvider(options: ProviderOptions): Provider {
  const { configuration, adapter, accounts, sessions, isActive, services, keys, nonceKey } = options;
  const tenants = new Map(services.map(({ clientId, tenant }) => [clientId, tenant]));
  const { resourceIndicators, ...tokens } = describeTokens({
    audience: configuration.audience,
    signingKeyId: keys[0]?.signingKey.kid,
    sessions,
    tenantOf: accounts.tenantOf,
    tenantOfService: async (clientId) => {
      const tenant = tenants.get(clientId);
      if (!tenant || !(await isActive(tenant, clientId)))
        throw new errors.UnauthorizedClient('the service is not active');
      return tenant;
    },
  });
  const origins = allowedOrigins(configuration);
  const { servicesDoor } = configuration;

  const provider = new Provider(configuration.url, {
    ...tokens,
    adapter,
    clients: [...describeClients(configuration, services)],
    jwks: { keys: keys.map(({ signingKey }) => ({ ...signingKey })) },
    cookies: { keys: keys.map(({ cookieKey }) => cookieKey) },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['private_key_jwt', 'none'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256'],
      idTokenSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: [...PROOF_ALGORITHMS],
    },
    // RFC 7523bis: an assertion is for this issuer alone, and short-lived. That it is used once, the store sees to.
    assertJwtClientAuthClaimsAndHeader: ({ oidc }, { aud, exp }) => {
      const lifetime = Number(exp) - Date.now() / 1000;
      if (aud !== oidc.issuer || lifetime > ASSERTION_SECONDS) throw new errors.InvalidClientAuth('not acceptable');
    },
    discovery: {
      account_management_uri: `${configuration.url}/account`,
      ...(servicesDoor && { mtls_endpoint_aliases: aliasesAt(servicesDoor.url) }),
    },
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access'],
    acrValues: [...ASSURANCES],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (_context, origin, client) => origins.get(client.clientId)?.has(origin) ?? false,
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      // RFC 9449: a proof is of this moment, and the store remembers that it was used.
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        // oidc-provider takes it as PEM or as an object, and says text.
        getCertificate: ({ req }) => clientCertificate(req)?.toString(),
      },
      dPoP: { enabled: true, nonceSecret: Buffer.from(nonceKey), requireNonce: () => true },
      backchannelLogout: { enabled: true },
      pushedAuthorizationRequests: { enabled: false },
      userinfo: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, client, { clientId }) => client.clientId === clientId,
      },
      introspection: {
        enabled: true,
        allowedPolicy: (_context, client, { clientId }) => client.clientId === clientId,
      },
      resourceIndicators,
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: logoutPage,
        postLogoutSuccessSource: logoutDonePage,
      },
      deviceFlow: {
        enabled: true,
        // Neither address nor browser of the device is kept: both are personal, and the page doesn't show them.
        deviceInfo: () => ({}),
        userCodeInputSource: deviceCodePage,
        userCodeConfirmSource: deviceConfirmationPage,
        successSource: deviceDonePage,
      },
    },
    interactions: { policy: loginPolicy(), url: (_context, interaction) => `/interaction/${interaction.uid}` },
    // Asked for each login, each code and each refresh: who was suspended goes no further.
    findAccount: async (context, subject, token) => {
      const tenant = await accounts.tenantOf(subject);
      if (tenant === undefined || !(await isActive(tenant, subject, loginBehind(context, token)))) return undefined;
      return { accountId: subject, claims: () => ({ sub: subject }) };
    },
    loadExistingGrant: (context) => beginLoginSession(context, options),
    // A refresh token ends with the session, so that a logout is one.
    expiresWithSession: () => true,
    // Also those that are bound to a key: whoever has taken the key from a device shows by using one twice.
    rotateRefreshToken: true,
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    renderError: errorPage,
    // What it would fetch by itself are logouts, which `logout/` tells: of every end, and until they are taken.
    fetch: async () => new Response(null, { status: 204 }),
  });
  provider.proxy = configuration.isProduction;
  return provider;
}

/** When the login was that a code or refresh token came of, or that the browser still has. */
function loginBehind(context: KoaContextWithOIDC, token: unknown): number | undefined {
  const behind = z.object({ authTime: z.int() }).safeParse(token);
  return behind.data?.authTime ?? context.oidc.session?.loginTs;
}

/** What services reach by the other door (RFC 8705, section 5). */
function aliasesAt(url: string) {
  return Object.fromEntries(Object.entries(SERVICES_ENDPOINTS).map(([name, path]) => [name, url + path]));
}

/**
 * oidc-provider's policy, without its consent page, and with more reasons to log in: a native client can't be told from
 * another program on the same machine (RFC 8252, section 8.6), so a session alone never gives it tokens; the session of
 * somebody who was suspended is no login; and a session may be of a weaker login than the client asks for.
 */
function loginPolicy(): NonNullable<NonNullable<Configuration['interactions']>['policy']> {
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.clear();
  const login = policy.get('login')?.checks;
  login?.remove('essential_acr');
  login?.remove('essential_acrs');
  login?.add(askForAssurance());
  login?.add(
    new interactionPolicy.Check('native_client', 'native clients require a login', 'login_required', ({ oidc }) =>
      oidc.client?.applicationType === 'native' && !oidc.result?.login
        ? interactionPolicy.Check.REQUEST_PROMPT
        : interactionPolicy.Check.NO_NEED_TO_PROMPT,
    ),
  );
  login?.add(
    new interactionPolicy.Check('inactive_account', 'the account is not active', 'login_required', ({ oidc }) =>
      oidc.session?.accountId && !oidc.account
        ? interactionPolicy.Check.REQUEST_PROMPT
        : interactionPolicy.Check.NO_NEED_TO_PROMPT,
    ),
  );
  return policy;
}
