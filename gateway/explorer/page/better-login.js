/**
 * A better login of whoever is logged in already, in a window of its own: the page stays as it is, with what it shows and
 * what it holds.
 *
 * That window can't speak to this one: pages of the issuer cut the tie. So it comes back to an address of the page, which
 * hands on what the issuer wrote into it, by a channel of this origin. A code is of no use to whoever listens there,
 * because the verifier that goes with it stays in the memory of the page that asked.
 */
import * as oauth from 'oauth4webapi';
import { prepareLogin } from './login.js';

/** @typedef {import('../page-settings.ts').LoginSettings} LoginSettings */
/** @typedef {import('./login.js').PendingLogin} PendingLogin */

const CHANNEL = 'commonhold.explorer.better-login';
/** A random state has no such character. */
const PREFIX = 'better.';
const PATIENCE_MILLISECONDS = 3_000;
const WINDOW = 'popup,width=520,height=780';

/**
 * @typedef {object} BetterLogin
 * @property {() => boolean} open opens the window, also again; false: the browser doesn't let it. For a click's handler.
 * @property {(signal: AbortSignal) => Promise<URL>} answer with what the issuer says in its query; rejects when aborted
 * @property {PendingLogin} pending what that is checked by
 */

/**
 * @param {LoginSettings} settings
 * @param {oauth.AuthorizationServer} server
 * @param {{ readonly acrValues: readonly string[], readonly maxAge: number | undefined }} wanted
 * @returns {Promise<BetterLogin>}
 * @throws {import('./login.js').LoginProblem}
 */
export async function prepareBetterLogin(settings, server, wanted) {
  const state = PREFIX + oauth.generateRandomState();
  const { address, pending } = await prepareLogin(settings, server, { ...wanted, state });
  return {
    pending,
    open: () => window.open(address.href, 'commonhold-better-login', WINDOW) !== null,
    answer: (signal) => answerFor(state, signal),
  };
}

/** @param {string} state @param {AbortSignal} signal @returns {Promise<URL>} */
function answerFor(state, signal) {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      channel.close();
      reject(signal.reason);
    });
    channel.addEventListener('message', ({ data }) => {
      const callback = URL.canParse(data?.callback) ? new URL(data.callback) : undefined;
      if (callback?.searchParams.get('state') !== state) return;
      channel.postMessage({ taken: state });
      channel.close();
      resolve(callback);
    });
  });
}

/** Whether this window is the one of such a login, and it is over. @param {URL} address */
export function isBackFromBetterLogin(address) {
  return address.searchParams.get('state')?.startsWith(PREFIX) ?? false;
}

/**
 * Hands what the issuer answered to the page that asked, and closes this window if that may be.
 *
 * @param {URL} callback
 * @returns {Promise<boolean>} false: there is no such page any more
 */
export async function handOver(callback) {
  const channel = new BroadcastChannel(CHANNEL);
  const state = callback.searchParams.get('state');
  /** @type {PromiseWithResolvers<boolean>} */
  const { promise, resolve } = Promise.withResolvers();
  channel.addEventListener('message', ({ data }) => {
    if (data?.taken === state) resolve(true);
  });
  setTimeout(() => resolve(false), PATIENCE_MILLISECONDS);
  channel.postMessage({ callback: callback.href });
  const isTaken = await promise;
  channel.close();
  if (isTaken) window.close();
  return isTaken;
}
