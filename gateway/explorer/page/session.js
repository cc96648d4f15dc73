/**
 * Who is logged in on this page. The tokens live in this closure and nowhere else: a reload forgets them.
 */
import * as oauth from 'oauth4webapi';
import { requestOptions } from './login.js';

/** @typedef {import('../page-settings.ts').LoginSettings} LoginSettings */
/** @typedef {import('./login.js').Parties} Parties */
/** @typedef {import('./login.js').Tokens} Tokens */

/**
 * @typedef {object} Session
 * @property {() => Promise<string>} accessToken one that is in force for a while. Throws `SessionEnded`.
 * @property {(reason?: string) => void} end forgets the tokens, once
 * @property {() => Promise<boolean>} logout forgets the tokens and leaves for the issuer, which ends its session; false:
 *   that one has no such place, and the page stays
 */

export class SessionEnded extends Error {}

const PENDING_LOGOUT = 'explorer.pending-logout';
const LEAST_MILLISECONDS_LEFT = 30_000;

/**
 * @param {LoginSettings} settings
 * @param {Parties & { readonly tokens: Tokens }} login
 * @param {(reason?: string) => void} onEnd is told why, unless it is the logout
 * @returns {Session}
 */
export function openSession(settings, { server, client, tokens }, onEnd) {
  /** @type {ReturnType<typeof hold> | undefined} */
  let held = hold(tokens);
  /** @type {Promise<string> | undefined} */
  let renewal;

  const end = (/** @type {string | undefined} */ reason) => {
    if (!held) return;
    held = undefined;
    onEnd(reason);
  };

  // Refresh tokens rotate, and one that comes twice ends the login: so never two renewals at a time.
  const renew = async () => {
    const refreshToken = held?.refreshToken;
    try {
      if (!refreshToken) throw new SessionEnded();
      const request = oauth.refreshTokenGrantRequest(
        server,
        client,
        oauth.None(),
        refreshToken,
        requestOptions(settings),
      );
      const renewed = await oauth.processRefreshTokenResponse(server, client, await request);
      if (!held) throw new SessionEnded();
      held = hold({ ...renewed, refresh_token: renewed.refresh_token ?? refreshToken });
      return held.accessToken;
    } catch (error) {
      const isRefused = error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant';
      if (!isRefused && !(error instanceof SessionEnded)) throw error;
      end('Your session has ended. Log in again to go on.');
      throw new SessionEnded();
    }
  };

  return {
    end,
    accessToken: async () => {
      if (!held) throw new SessionEnded();
      if (held.expiresAt - Date.now() > LEAST_MILLISECONDS_LEFT) return held.accessToken;
      renewal ??= renew().finally(() => {
        renewal = undefined;
      });
      return renewal;
    },
    logout: async () => {
      const refreshToken = held?.refreshToken;
      end(undefined);
      sessionStorage.clear();
      // Its session at the issuer may be kept by whoever says no there; what this page held isn't.
      if (refreshToken) {
        await oauth
          .revocationRequest(server, client, oauth.None(), refreshToken, requestOptions(settings))
          .catch(() => undefined);
      }
      return leave(settings, server);
    },
  };
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

/** @param {Tokens} tokens */
function hold({ access_token: accessToken, refresh_token: refreshToken, expires_in: seconds = 60 }) {
  return { accessToken, refreshToken, expiresAt: Date.now() + seconds * 1000 };
}
