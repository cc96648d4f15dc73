/**
 * The login: authorization code with PKCE (RFC 7636, RFC 9700), by a redirect of the whole page.
 *
 * A popup would keep the page's memory, but browsers block popups, phones show them badly, and the issuer's pages cut
 * the tie to their opener. So the page leaves, and exchanges the code itself when it comes back. Only what the exchange is
 * checked by waits in session storage: verifier, state and nonce, of which none is worth anything without the code, and
 * each is used once.
 */
import * as oauth from 'oauth4webapi';
import { makeProver, withNonce } from './possession.js';

/** @typedef {import('../page-settings.ts').LoginSettings} LoginSettings */
/** @typedef {{ readonly server: oauth.AuthorizationServer, readonly client: oauth.Client }} Parties */
/** @typedef {oauth.TokenEndpointResponse} Tokens */
/** @typedef {{ readonly tokens: Tokens, readonly prover: oauth.DPoPHandle | undefined, readonly subject: string }} Login */
/** @typedef {{ readonly verifier: string, readonly state: string, readonly nonce: string }} PendingLogin */

const PENDING_LOGIN = 'explorer.pending-login';
const PATIENCE_MILLISECONDS = 10_000;

/** A login that came to nothing, with a sentence for whoever tried. */
export class LoginProblem extends Error {}

/**
 * The issuer as it describes itself (OpenID Connect Discovery 1.0), and the explorer as its client.
 *
 * @param {LoginSettings} settings
 * @returns {Promise<Parties>}
 * @throws {LoginProblem} when it doesn't answer
 */
export async function discover(settings) {
  try {
    const issuer = new URL(settings.issuer);
    const response = await oauth.discoveryRequest(issuer, requestOptions(settings));
    const server = await oauth.processDiscoveryResponse(issuer, response);
    return { server, client: { client_id: settings.clientId } };
  } catch {
    throw new LoginProblem("The identity provider doesn't answer. Try again in a moment.");
  }
}

/**
 * Leaves for the issuer.
 *
 * @param {LoginSettings} settings
 * @throws {LoginProblem}
 */
export async function startLogin(settings) {
  const { server } = await discover(settings);
  const { address, pending } = await prepareLogin(settings, server, { acrValues: settings.acrValues });
  sessionStorage.setItem(PENDING_LOGIN, JSON.stringify(pending));
  location.assign(address.href);
}

/**
 * Exchanges the code that the issuer sent the browser back with.
 *
 * @param {LoginSettings} settings
 * @param {URL} callback with the issuer's answer in its query
 * @returns {Promise<Parties & Login>}
 * @throws {LoginProblem}
 */
export async function finishLogin(settings, callback) {
  const pending = takePendingLogin();
  if (!pending) throw new LoginProblem('This login was started in another tab, or is over. Log in again.');
  const parties = await discover(settings);
  return { ...parties, ...(await exchangeCode(settings, parties, callback, pending)) };
}

/**
 * An authorization request, and what the answer to it is checked by.
 *
 * @param {LoginSettings} settings
 * @param {oauth.AuthorizationServer} server
 * @param {{ readonly acrValues: readonly string[], readonly maxAge?: number | undefined, readonly state?: string }} wanted
 * @returns {Promise<{ readonly address: URL, readonly pending: PendingLogin }>}
 * @throws {LoginProblem}
 */
export async function prepareLogin(settings, server, { acrValues, maxAge, state = oauth.generateRandomState() }) {
  if (!server.authorization_endpoint) throw new LoginProblem('The identity provider offers no login for browsers.');
  const pending = { verifier: oauth.generateRandomCodeVerifier(), state, nonce: oauth.generateRandomNonce() };
  const address = new URL(server.authorization_endpoint);
  const parameters = {
    client_id: settings.clientId,
    redirect_uri: settings.redirectUri,
    response_type: 'code',
    scope: 'openid',
    resource: settings.resource,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    state,
    nonce: pending.nonce,
    ...(acrValues.length > 0 && { acr_values: acrValues.join(' ') }),
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return { address, pending };
}

/**
 * @param {LoginSettings} settings
 * @param {Parties} parties
 * @param {URL} callback with the issuer's answer in its query
 * @param {PendingLogin} pending
 * @returns {Promise<Login>}
 * @throws {LoginProblem}
 */
export async function exchangeCode(settings, { server, client }, callback, pending) {
  try {
    const parameters = oauth.validateAuthResponse(server, client, callback, pending.state);
    const prover = await makeProver(server, client);
    const tokens = await withNonce(async () => {
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        parameters,
        settings.redirectUri,
        pending.verifier,
        { ...requestOptions(settings), ...(prover && { DPoP: prover }) },
      );
      return oauth.processAuthorizationCodeResponse(server, client, response, {
        expectedNonce: pending.nonce,
        requireIdToken: true,
      });
    });
    return { tokens, prover, subject: oauth.getValidatedIdTokenClaims(tokens)?.sub ?? '' };
  } catch (error) {
    const wasRefused = error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied';
    throw new LoginProblem(wasRefused ? 'The login was cancelled.' : 'The login failed. Log in again.');
  }
}

/**
 * For every request to the issuer: bounded in time, and over plain http only to an issuer that the gateway takes so.
 *
 * @param {LoginSettings} settings
 */
export function requestOptions(settings) {
  return {
    signal: () => AbortSignal.timeout(PATIENCE_MILLISECONDS),
    [oauth.allowInsecureRequests]: settings.issuer.startsWith('http://'),
  };
}

/** @returns {PendingLogin | undefined} */
function takePendingLogin() {
  const text = sessionStorage.getItem(PENDING_LOGIN);
  sessionStorage.removeItem(PENDING_LOGIN);
  return text === null ? undefined : JSON.parse(text);
}
