/** The OpenID provider itself: oidc-provider, with our store, keys, clients, tokens and pages. */
import Provider, { type Configuration, errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerConfiguration } from '../configuration.ts';
import type { KeyGeneration } from '../keys/generations.ts';
import { deviceCodePage, deviceConfirmationPage, deviceDonePage } from '../pages/device-pages.ts';
import { errorPage } from '../pages/error-page.ts';
import { logoutDonePage, logoutPage } from '../pages/logout-pages.ts';
import type { Accounts } from '../store/accounts.ts';
import { allowedOrigins, describeClients, type ServiceClient } from './clients.ts';
import { describeTokens, MULTI_FACTOR } from './tokens.ts';

/** oauth4webapi's assertions live one minute; clocks may differ. */
const ASSERTION_SECONDS = 300;

export interface ProviderOptions {
  readonly configuration: IssuerConfiguration;
  readonly adapter: NonNullable<Configuration['adapter']>;
  readonly accounts: Accounts;
  readonly services: readonly ServiceClient[];
  /** What signs first, then what is published beside it. */
  readonly keys: readonly KeyGeneration[];
}

/** It holds no state of its own: after a rotation of keys another one takes its place. */
export function createProvider({ configuration, adapter, accounts, services, keys }: ProviderOptions): Provider {
  const tenants = new Map(services.map(({ clientId, tenant }) => [clientId, tenant]));
  const { resourceIndicators, ...tokens } = describeTokens({
    audience: configuration.audience,
    signingKeyId: keys[0]?.signingKey.kid,
    tenantOf: async (subject) => tenants.get(subject) ?? (await accounts.tenantOf(subject)),
  });
  const origins = allowedOrigins(configuration);

  const provider = new Provider(configuration.url, {
    ...tokens,
    adapter,
    clients: [...describeClients(configuration, services)],
    jwks: { keys: keys.map(({ signingKey }) => ({ ...signingKey })) },
    cookies: { keys: keys.map(({ cookieKey }) => cookieKey) },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: ['ES256'], idTokenSigningAlgValues: ['ES256'] },
    // RFC 7523bis: an assertion is for this issuer alone, and short-lived. That it is used once, the store sees to.
    assertJwtClientAuthClaimsAndHeader: ({ oidc }, { aud, exp }) => {
      const lifetime = Number(exp) - Date.now() / 1000;
      if (aud !== oidc.issuer || lifetime > ASSERTION_SECONDS) throw new errors.InvalidClientAuth('not acceptable');
    },
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access'],
    acrValues: [MULTI_FACTOR.acr],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (_context, origin, client) => origins.get(client.clientId)?.has(origin) ?? false,
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      userinfo: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
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
    findAccount: async (_context, subject) =>
      (await accounts.tenantOf(subject)) === undefined
        ? undefined
        : { accountId: subject, claims: () => ({ sub: subject }) },
    loadExistingGrant: loadOrMakeGrant,
    // A refresh token ends with the session, so that a logout is one.
    expiresWithSession: () => true,
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    renderError: errorPage,
  });
  provider.proxy = configuration.isProduction;
  return provider;
}

/**
 * oidc-provider's policy, without its consent page, and with one more reason to log in: a native client can't be told
 * from another program on the same machine (RFC 8252, section 8.6), so a session alone never gives it tokens.
 */
function loginPolicy(): NonNullable<NonNullable<Configuration['interactions']>['policy']> {
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.clear();
  policy
    .get('login')
    ?.checks.add(
      new interactionPolicy.Check('native_client', 'native clients require a login', 'login_required', ({ oidc }) =>
        oidc.client?.applicationType === 'native' && !oidc.result?.login
          ? interactionPolicy.Check.REQUEST_PROMPT
          : interactionPolicy.Check.NO_NEED_TO_PROMPT,
      ),
    );
  return policy;
}

async function loadOrMakeGrant({ oidc }: KoaContextWithOIDC) {
  const { session, client, account, provider } = oidc;
  if (!session || !client || !account) return undefined;
  const grantId = session.grantIdFor(client.clientId);
  const existing = grantId ? await provider.Grant.find(grantId) : undefined;
  if (existing && existing.accountId === account.accountId) return existing;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
  grant.addOIDCScope('openid offline_access');
  await grant.save();
  return grant;
}
