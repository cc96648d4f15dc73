/**
 * Who is logged in on this page. The tokens live in this closure and nowhere else: a reload forgets them.
 */
import * as oauth from 'oauth4webapi';
import { exchangeCode, LoginProblem, requestOptions } from './login.js';
import { withNonce } from './possession.js';

/** @typedef {import('../page-settings.ts').LoginSettings} LoginSettings */
/** @typedef {import('./login.js').Parties} Parties */
/** @typedef {import('./login.js').Login} Login */
/** @typedef {import('./login.js').PendingLogin} PendingLogin */
/** @typedef {import('./login.js').Tokens} Tokens */

/** @typedef {{ readonly headers: Record<string, string>, readonly body: string }} Request */

/**
 * @typedef {object} Session
 * @property {(address: string, request: Request) => Promise<Response>} send posts with an access token that is in force for
 *   a while, and a proof of its key. Throws `SessionEnded`.
 * @property {oauth.AuthorizationServer} server where the person logged in
 * @property {(callback: URL, pending: PendingLogin) => Promise<void>} improve goes on with the tokens of a new login of the
 *   same person. Throws `LoginProblem`, and then goes on as before; or `SessionEnded`.
 * @property {string | undefined} accountAddress where people see to their own sessions, if the issuer says so
 * @property {(reason?: string) => void} end forgets the tokens, once
 * @property {() => Promise<boolean>} logout forgets the tokens and leaves for the issuer, which ends its session; false:
 *   that one has no such place, and the page stays
 */

export class SessionEnded extends Error {}

const PENDING_LOGOUT = 'explorer.pending-logout';
/** With nothing of the browser's own: no cookie, no cache, no redirect. */
export const PLAINLY = /** @type {const} */ ({ credentials: 'omit', cache: 'no-store', redirect: 'error' });

const LEAST_MILLISECONDS_LEFT = 30_000;

/**
 * @param {LoginSettings} settings
 * @param {Parties & Login} login
 * @param {(reason?: string) => void} onEnd is told why, unless it is the logout
 * @returns {Session}
 */
export function openSession(settings, { server, client, tokens, prover, subject }, onEnd) {
  /** @type {Held | undefined} */
  let held = hold(tokens, prover);
  /** @type {Promise<Held> | undefined} */
  let renewal;

  const end = (/** @type {string | undefined} */ reason) => {
    if (!held) return;
    held = undefined;
    onEnd(reason);
  };

  // Refresh tokens rotate, and one that comes twice ends the login: so never two renewals at a time.
  const renew = async () => {
    const before = held;
    const refreshToken = before?.refreshToken;
    try {
      if (!refreshToken) throw new SessionEnded();
      const renewed = await withNonce(async () => {
        const options = { ...requestOptions(settings), ...proofsOf(before) };
        const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, options);
        return oauth.processRefreshTokenResponse(server, client, response);
      });
      if (!held) throw new SessionEnded();
      // A new login came in between, and is better.
      if (held !== before) return held;
      held = hold({ ...renewed, refresh_token: renewed.refresh_token ?? refreshToken }, before.prover);
      return held;
    } catch (error) {
      const isRefused = error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant';
      if (!isRefused && !(error instanceof SessionEnded)) throw error;
      if (held && held !== before) return held;
      end('Your session has ended. Log in again to go on.');
      throw new SessionEnded();
    }
  };

  const inForce = async () => {
    if (!held) throw new SessionEnded();
    if (held.expiresAt - Date.now() > LEAST_MILLISECONDS_LEFT) return held;
    renewal ??= renew().finally(() => {
      renewal = undefined;
    });
    return renewal;
  };

  const revoke = async (/** @type {string | undefined} */ refreshToken) => {
    if (!refreshToken) return;
    await oauth
      .revocationRequest(server, client, oauth.None(), refreshToken, requestOptions(settings))
      .catch(() => undefined);
  };

  return {
    end,
    server,
    send: async (address, { headers, body }) => {
      const current = await inForce();
      const target = new URL(address, location.href);
      const options = { ...proofsOf(current), [oauth.customFetch]: fetchPlainly, [oauth.allowInsecureRequests]: true };
      try {
        return await withNonce(() =>
          oauth.protectedResourceRequest(current.accessToken, 'POST', target, new Headers(headers), body, options),
        );
      } catch (error) {
        if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response;
        throw error;
      }
    },
    improve: async (callback, pending) => {
      const login = await exchangeCode(settings, { server, client }, callback, pending);
      if (!held || login.subject !== subject) await revoke(login.tokens.refresh_token);
      if (!held) throw new SessionEnded();
      if (login.subject !== subject) throw new LoginProblem('That was the login of somebody else. Log in as yourself.');
      // The refresh token of before is forgotten, not revoked: at the issuer both may be of one session, and end together.
      held = hold(login.tokens, login.prover);
    },
    accountAddress: accountAddress(server),

    logout: async () => {
      const refreshToken = held?.refreshToken;
      end(undefined);
      sessionStorage.clear();
      // Its session at the issuer may be kept by whoever says no there; what this page held isn't.
      await revoke(refreshToken);
      return leave(settings, server);
    },
  };
}

/** To the page's own origin, over whatever it came by itself. @type {(address: string, options: any) => Promise<Response>} */
function fetchPlainly(address, options) {
  return fetch(address, { ...options, ...PLAINLY });
}

/** Whether the page was opened by the end of its own logout. @param {URL} address */
export function isBackFromLogout(address) {
  const expected = sessionStorage.getItem(PENDING_LOGOUT);
  sessionStorage.removeItem(PENDING_LOGOUT);
  return expected !== null && address.searchParams.get('state') === expected;
}

/**
 * RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0). The client is named rather than shown by an ID token,
 * because that one would stand in the address.
 *
 * @param {LoginSettings} settings
 * @param {oauth.AuthorizationServer} server
 */
function leave(settings, server) {
  if (!server.end_session_endpoint) return false;
  const state = oauth.generateRandomState();
  sessionStorage.setItem(PENDING_LOGOUT, state);
  const address = new URL(server.end_session_endpoint);
  address.searchParams.set('client_id', settings.clientId);
  address.searchParams.set('post_logout_redirect_uri', settings.logoutRedirectUri);
  address.searchParams.set('state', state);
  location.assign(address.href);
  return true;
}

/** @typedef {ReturnType<typeof hold>} Held */

/** @param {Tokens} tokens @param {oauth.DPoPHandle | undefined} prover of the key that they are bound to */
function hold({ access_token: accessToken, refresh_token: refreshToken, expires_in: seconds = 60 }, prover) {
  return { accessToken, refreshToken, prover, expiresAt: Date.now() + seconds * 1000 };
}

/** @param {Held | undefined} held */
function proofsOf(held) {
  return held?.prover && { DPoP: held.prover };
}

/** On the issuer's own origin alone: it is a link on our page. @param {oauth.AuthorizationServer} server */
function accountAddress({ issuer, account_management_uri: address }) {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
  return new URL(address).origin === new URL(issuer).origin ? address : undefined;
}
