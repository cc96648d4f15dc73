/** A persona logged in at the shared system's issuer, in a browser of its own, with what a test of its end needs. */
import { type BrowserSession, openBrowserSession } from '@commonhold/development/browser-session.ts';
import { gatewayAddress, type HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { describeTokens, obtainToken, provingBy, type Tokens } from '@commonhold/development/obtain-token.ts';
import * as client from 'openid-client';
import { post } from '../system/client.ts';
import { system } from '../system/description.ts';

export interface PersonaLogin {
  readonly browser: BrowserSession;
  readonly tokens: Tokens;
  /** The client `frontend`. */
  readonly configuration: client.Configuration;
  /** New tokens for a refresh token of it, with a proof of its key. */
  renew(refreshToken: string | undefined): Promise<Tokens>;
}

/** Tests log in as different personas: a one-time code is accepted once. */
export async function logIn(email: string, browser?: BrowserSession): Promise<PersonaLogin> {
  const environment = { ...process.env, ...system().environment };
  const used = browser ?? openBrowserSession(frontendOrigin());
  const tokens = await obtainToken({ environment, email, browser: used });
  const configuration = await discoverIssuer('frontend');
  return {
    browser: used,
    tokens,
    configuration,
    renew: async (refreshToken = '') => {
      const proving = provingBy(configuration, tokens.key);
      const renewed = await client.refreshTokenGrant(configuration, refreshToken, undefined, proving);
      return describeTokens(renewed, tokens.key);
    },
  };
}

export function issuerUrl(): string {
  return `http://localhost:${Number(system().environment.PORT_BASE) + 100}`;
}

export function frontendOrigin(): string {
  return `http://localhost:${Number(system().environment.PORT_BASE) + 1}`;
}

export function discoverIssuer(clientId: string, authentication = client.None()): Promise<client.Configuration> {
  return client.discovery(new URL(issuerUrl()), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });
}

/** The gateway's status for an operation with this access token, and the error of its challenge. */
export async function statusWith(token: HeldToken): Promise<{ status: number; error: string | undefined }> {
  const query = '{ me { subject } }';
  const { status, headers } = await post(gatewayAddress({ ...system().environment }, token), { query }, {}, token);
  return { status, error: /^\w+ error="(\w+)"/.exec(headers.get('www-authenticate') ?? '')?.[1] };
}

const PROMISED_MILLISECONDS = 1_000;

/** The same once it isn't let in any more, or when it still is after the promised second. */
export async function statusWithinASecond(token: HeldToken): ReturnType<typeof statusWith> {
  const end = Date.now() + PROMISED_MILLISECONDS;
  let status = await statusWith(token);
  while (status.status === 200 && Date.now() < end) status = await statusWith(token);
  return status;
}

export const GOES_ON = { status: 200, error: undefined };
/** What the gateway answers when a login has ended. */
export const ENDED = { status: 401, error: 'invalid_token' };
