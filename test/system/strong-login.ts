/** A persona's login that can't be phished: by a passkey, which is made after one login by password and code. */
import { openBrowserSession } from '@commonhold/development/browser-session.ts';
import type { HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { obtainToken } from '@commonhold/development/obtain-token.ts';
import { PHISHING_RESISTANT_ACR } from '@commonhold/gateway/authentication/login-strength.ts';
import { createAuthenticator } from '@commonhold/gateway/testing/authenticator.ts';
import { ports } from '@commonhold/platform/addresses.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { beginLogin } from '../identity/issuer-process.ts';
import { sendNewPasskey, sendPasskey } from '../identity/passkeys.ts';

/** @returns logs them in anew each time, without a code */
export async function givePasskey(environment: NodeJS.ProcessEnv, email: string): Promise<() => Promise<HeldToken>> {
  const { GATEWAY_PORT, ISSUER_PORT } = ports(environment);
  const frontend = `http://localhost:${GATEWAY_PORT + 1}`;
  const issuer = {
    url: `http://localhost:${ISSUER_PORT}`,
    masterKey: await loadMasterKey(environment),
    redirectUri: `${frontend}/callback`,
    logoutUri: frontend,
  };
  const browser = openBrowserSession(frontend);
  await obtainToken({ environment, email, browser });
  const authenticator = createAuthenticator({ origin: issuer.url });
  const form = await browser.submit(await browser.open(`${issuer.url}/account`), '/passkeys/new', {});
  await sendNewPasskey(browser, form, authenticator);
  return async () => {
    const login = await beginLogin(issuer);
    const page = await login.open({ acr_values: PHISHING_RESISTANT_ACR });
    const tokens = await login.exchange(await sendPasskey(login.browser, page, authenticator));
    return { accessToken: tokens.access_token, key: login.key };
  };
}
