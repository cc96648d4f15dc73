/** The gateway's configuration → what the page is told. */
import type { GatewayConfiguration } from '../config.ts';
import { examplesAt } from './examples.ts';
import type { PageSettings } from './page-settings.ts';

export const CALLBACK_PATH = '/explorer/callback';
export const ENDPOINT = '/graphql';

/** @param now decides which months the examples ask about */
export function pageSettings(configuration: GatewayConfiguration, now: Date): PageSettings {
  const { issuer, publicOrigin, explorerClientId, authentication } = configuration;
  return {
    endpoint: ENDPOINT,
    isLoginRequired: authentication === 'required',
    login: issuer && {
      issuer: issuer.url.href,
      clientId: explorerClientId,
      redirectUri: `${publicOrigin}${CALLBACK_PATH}`,
      logoutRedirectUri: `${publicOrigin}${ENDPOINT}`,
      resource: issuer.audience,
      acrValues: issuer.loginRules.multiFactor.acrValues,
    },
    examples: issuer ? examplesAt(now) : [],
  };
}
