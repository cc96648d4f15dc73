/**
 * The key that the page's tokens are bound to (RFC 9449): made at each login, in the page's memory, and never to be taken
 * out of it. Whoever gets hold of a token alone can do nothing with it.
 */
import * as oauth from 'oauth4webapi';

const ALGORITHM = 'ES256';

/**
 * @param {oauth.AuthorizationServer} server
 * @param {oauth.Client} client
 * @returns {Promise<oauth.DPoPHandle | undefined>} undefined: this issuer binds no tokens
 */
export async function makeProver(server, client) {
  if (!server.dpop_signing_alg_values_supported?.includes(ALGORITHM)) return undefined;
  return oauth.DPoP(client, await oauth.generateKeyPair(ALGORITHM));
}

/**
 * Tries again when the other side wants its nonce in the proof, which the first answer brought.
 *
 * @template Answer
 * @param {() => Promise<Answer>} attempt makes a proof each time
 * @returns {Promise<Answer>}
 */
export async function withNonce(attempt) {
  try {
    return await attempt();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return attempt();
  }
}
