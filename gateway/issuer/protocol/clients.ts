/**
 * Who may ask for tokens. All clients are known in advance: there is no registration, and no consent page, since each of
 * them is the operator's own.
 */
import type { JWK } from 'jose';
import type { ClientMetadata } from 'oidc-provider';
import type { IssuerConfiguration } from '../configuration.ts';

/**
 * A program of a company, which proves itself by its private key (RFC 7523). Its tokens are bound to the certificate of the
 * connection that it asks for them by (RFC 8705).
 */
export interface ServiceClient {
  readonly clientId: string;
  /** Key of the company that it reads for. */
  readonly tenant: string;
  /** Public key, ES256. */
  readonly key: JWK;
}

/** The endpoints that services need, by their names in the discovery document. */
export const SERVICES_ENDPOINTS = {
  token_endpoint: '/token',
  revocation_endpoint: '/token/revocation',
  introspection_endpoint: '/token/introspection',
} as const;

/** Loopback addresses of RFC 8252: the port is the program's choice. */
const LOOPBACK_REDIRECTS = ['http://127.0.0.1/callback', 'http://[::1]/callback'];

/** What oidc-provider's `clients` asks for. */
export function describeClients(
  configuration: IssuerConfiguration,
  services: readonly ServiceClient[],
): readonly ClientMetadata[] {
  const { explorer, frontend } = configuration;
  return [
    browserClient('explorer', 'Commonhold Explorer', explorer.login, explorer.logout),
    {
      // It may bind its tokens to a key, and has to for roles that ask for it; the others can be used by curl.
      client_id: 'commonhold-cli',
      client_name: 'Commonhold on the command line',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: LOOPBACK_REDIRECTS,
      require_auth_time: true,
    },
    accountPageClient(configuration.url),
    ...(frontend.login.length === 0
      ? []
      : [
          {
            ...browserClient('frontend', 'Commonhold Frontend', frontend.login, frontend.logout),
            ...toldOfLogouts(configuration.logoutAddresses.get('frontend')),
          },
        ]),
    ...services.map(serviceClient),
  ];
}

/** Origins whose scripts may call the token endpoint, by client. */
export function allowedOrigins(configuration: IssuerConfiguration): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map([
    ['explorer', origins(configuration.explorer.login)],
    ['frontend', origins(configuration.frontend.login)],
  ]);
}

/** Origins that a browser is sent to after a form: what `form-action` has to allow, since it follows redirects. */
export function redirectOrigins(configuration: IssuerConfiguration): readonly string[] {
  const { explorer, frontend } = configuration;
  const all = origins([...explorer.login, ...explorer.logout, ...frontend.login, ...frontend.logout]);
  return [...all, 'http://127.0.0.1:*'];
}

function browserClient(
  clientId: string,
  name: string,
  redirects: readonly string[],
  logoutRedirects: readonly string[],
): ClientMetadata {
  return {
    client_id: clientId,
    client_name: name,
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: redirects,
    post_logout_redirect_uris: logoutRedirects,
    require_auth_time: true,
    // What a page holds is within reach of any script in it: its tokens are of no use without its key (RFC 9449).
    dpop_bound_access_tokens: true,
  };
}

/** With its login session in ID tokens, so that it can tell which one has ended. */
function toldOfLogouts(address: string | undefined): Partial<ClientMetadata> {
  if (address === undefined) return {};
  return { backchannel_logout_uri: address, backchannel_logout_session_required: true };
}

/** The issuer's own account page. It logs in by the protocol, too, and takes no token. */
function accountPageClient(issuer: string): ClientMetadata {
  return {
    client_id: 'account',
    client_name: 'Your account',
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [`${issuer}/account`],
    require_auth_time: true,
  };
}

function serviceClient({ clientId, key }: ServiceClient): ClientMetadata {
  return {
    client_id: clientId,
    application_type: 'web',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    jwks: { keys: [{ ...key }] },
    tls_client_certificate_bound_access_tokens: true,
  };
}

function origins(addresses: readonly string[]): ReadonlySet<string> {
  return new Set(addresses.map((address) => new URL(address).origin));
}
