/**
 * Tokens of the sample estate, each by the login that its owner would make: people by authorization code with PKCE,
 * password and TOTP; services by client credentials with their private key, over mutual TLS. The client `frontend` gets
 * tokens that are bound to a key (RFC 9449), a service such that are bound to its certificate (RFC 8705).
 */
import { setTimeout as wait } from 'node:timers/promises';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { loadMasterKey, type MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import * as client from 'openid-client';
import { asksFor, type BrowserSession, openBrowserSession, problemOn, type Visited } from './browser-session.ts';
import { loadPersonaKey } from './persona-key.ts';
import { currentCode, PERIOD_SECONDS, secondsLeft } from './persona-totp.ts';
import { personaPassword, SAMPLE_SERVICES } from './personas.ts';
import { makeProofKey, type ProofKey } from './proof-key.ts';
import {
  fetchOverMutualTls,
  readServiceCertificate,
  type ServiceCertificate,
  servicesTlsDirectory,
} from './service-certificate.ts';
import { readServiceKey } from './service-keys.ts';

export interface TokenRequest {
  /** Tells where the system is and which master key it has, as for the processes themselves. */
  readonly environment: NodeJS.ProcessEnv;
  /** Login name of a persona, or client id of a sample service. */
  readonly email: string;
  /** Whom a person logs in to. Default `frontend`, which gets a refresh token; `commonhold-cli` gets none. */
  readonly clientId?: 'commonhold-cli' | 'frontend';
  readonly scope?: string;
  readonly acr?: string;
  readonly maxAge?: number;
  /** Binds the tokens to a key also as `commonhold-cli`, which may choose. */
  readonly isBound?: boolean;
  /** Where the login takes place, and its session stays; it stops at the redirect address. Default: a new one. */
  readonly browser?: BrowserSession;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  /** What access and refresh token are bound to; undefined: no key. */
  readonly key: ProofKey | undefined;
  /** What a service's access token is bound to. */
  readonly certificate?: ServiceCertificate | undefined;
}

/**
 * Logs a persona in over HTTP.
 *
 * A TOTP code is accepted once: when the persona logged in a moment ago, this takes the next code, or waits for it (up
 * to 30 seconds). Who needs tokens often keeps one for its five minutes, or asks as `frontend` and refreshes.
 *
 * @throws {StartupError} when the issuer doesn't answer.
 * @throws {Error} when the login is refused.
 */
export async function obtainToken(request: TokenRequest): Promise<Tokens> {
  const { environment, email, clientId = 'frontend' } = request;
  if (isService(email)) return obtainServiceToken(environment, email);
  const configuration = await discover(environment, clientId, client.None());
  const redirectUri = redirectAddress(environment, clientId);
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const address = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: request.scope ?? 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...(request.acr === undefined ? {} : { acr_values: request.acr }),
    ...(request.maxAge === undefined ? {} : { max_age: String(request.maxAge) }),
  });

  const browser = request.browser ?? openBrowserSession(redirectUri);
  const passwordPage = await browser.open(address.href);
  const personaKey = await loadPersonaKey(environment);
  const password = personaPassword(personaKey, email);
  const codePage = await browser.submit(passwordPage, '/password', { loginName: email, password });
  if (!asksFor(codePage, '/totp')) throw new Error(problemOn(codePage) ?? 'the login asks for no code');
  const callback = await submitCode(browser, codePage, personaKey, email);

  const key = clientId === 'frontend' || request.isBound ? await makeProofKey() : undefined;
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    ...(request.maxAge === undefined ? {} : { maxAge: request.maxAge }),
  };
  const url = new URL(callback.address);
  return describeTokens(
    await client.authorizationCodeGrant(configuration, url, checks, undefined, provingBy(configuration, key)),
    key,
  );
}

/** New tokens for the same login, without a code. Where there is no refresh token, as for a service: by a new login. */
export async function refreshToken(request: TokenRequest & { readonly tokens: Tokens }): Promise<Tokens> {
  const { environment, clientId = 'frontend', tokens } = request;
  if (!tokens.refreshToken) return obtainToken(request);
  const configuration = await discover(environment, clientId, client.None());
  const { refreshToken: text, key } = tokens;
  return describeTokens(
    await client.refreshTokenGrant(configuration, text, undefined, provingBy(configuration, key)),
    key,
  );
}

/** What openid-client takes to make proofs of a key; it answers a nonce by itself. */
export function provingBy(configuration: client.Configuration, key: ProofKey | undefined): client.DPoPOptions {
  return key ? { DPoP: client.getDPoPHandle(configuration, key.pair) } : {};
}

function isService(name: string): boolean {
  return SAMPLE_SERVICES.some(({ clientId }) => clientId === name);
}

async function obtainServiceToken(environment: NodeJS.ProcessEnv, clientId: string): Promise<Tokens> {
  const { configuration, certificate } = await openService(environment, clientId);
  return { ...describeTokens(await client.clientCredentialsGrant(configuration), undefined), certificate };
}

/** A sample service as a client of the issuer, and the certificate that it comes with. @throws {StartupError} */
export async function openService(
  environment: NodeJS.ProcessEnv,
  clientId: string,
): Promise<{ readonly configuration: client.Configuration; readonly certificate: ServiceCertificate }> {
  const masterKey = await loadMasterKey(environment);
  const data = dataDirectory(environment);
  const [key, certificate] = await Promise.all([
    readServiceKey(data, masterKey, clientId),
    readServiceCertificate(servicesTlsDirectory(data), await loadPersonaKey(environment), clientId),
  ]).catch(() => {
    throw new StartupError(`The key of ${clientId} can't be read`, 'start the system with npm start');
  });
  const configuration = await discover(environment, clientId, client.PrivateKeyJwt(key), {
    use_mtls_endpoint_aliases: true,
  });
  const fetchBy = fetchOverMutualTls(certificate);
  configuration[client.customFetch] = (url, { body = null, ...init }) => fetchBy(url, { body, ...init });
  return { configuration, certificate };
}

export function describeTokens(tokens: client.TokenEndpointResponse, key: ProofKey | undefined): Tokens {
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token, idToken: tokens.id_token, key };
}

/** Tries the code of now and the next one, which is within the issuer's window; then waits for a fresh one. */
async function submitCode(
  browser: BrowserSession,
  page: Visited,
  masterKey: MasterKey,
  email: string,
): Promise<Visited> {
  let current = page;
  for (const stepsAhead of [0, 1]) {
    current = await browser.submit(current, '/totp', { code: currentCode(masterKey, email, stepsAhead) });
    if (current.text === '') return current;
    if (!asksFor(current, '/totp') || current.status === 429) break;
  }
  if (current.status === 422) {
    await wait((secondsLeft() % PERIOD_SECONDS) * 1000 + 500);
    current = await browser.submit(current, '/totp', { code: currentCode(masterKey, email, 1) });
    if (current.text === '') return current;
  }
  throw new Error(problemOn(current) ?? 'the login was refused');
}

async function discover(
  environment: NodeJS.ProcessEnv,
  clientId: string,
  authentication: client.ClientAuth,
  metadata?: Partial<client.ClientMetadata>,
): Promise<client.Configuration> {
  const { ISSUER_PORT } = ports(environment);
  const issuer = new URL(environment['ISSUER_URL'] ?? `http://localhost:${ISSUER_PORT}`);
  try {
    return await client.discovery(issuer, clientId, metadata, authentication, {
      execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [],
    });
  } catch {
    throw new StartupError(`The issuer at ${issuer.origin} does not answer`, 'start the system with npm start');
  }
}

function redirectAddress(environment: NodeJS.ProcessEnv, clientId: string): string {
  if (clientId === 'commonhold-cli') return 'http://127.0.0.1:9/callback';
  const [first] = environment['FRONTEND_REDIRECT_URIS']?.split(',') ?? [];
  return first ?? `http://localhost:${ports(environment).GATEWAY_PORT + 1}/callback`;
}
