/**
 * Somebody who logged in some minutes ago: at a real issuer whose clock was behind then and is right now, with a gateway
 * that trusts it, in front of the subgraphs of the system under test.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserSession, openBrowserSession } from '@commonhold/development/browser-session.ts';
import { obtainToken, refreshToken, type Tokens } from '@commonhold/development/obtain-token.ts';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { layOutClusters } from '../embedded-cluster.ts';
import { startProcess } from '../processes.ts';
import { system } from '../system/description.ts';

export interface OldLogin {
  readonly graphqlUrl: string;
  /** Tokens of now, of the login of then. */
  readonly tokens: Tokens;
  /** Logs the same person in anew, in the same browser. */
  logInAgain(parameters: { readonly acr?: string; readonly maxAge?: number }): Promise<Tokens>;
  stop(): Promise<void>;
}

const EARLIER_ISSUER = fileURLToPath(new URL('earlier-issuer.ts', import.meta.url));

/** @param email of a persona @param secondsAgo less than the ten minutes for which an ID token is taken */
export async function startAfterOldLogin(email: string, secondsAgo: number): Promise<OldLogin> {
  const shared = { ...process.env, ...system().environment };
  const folder = await mkdtemp(join(tmpdir(), 'commonhold-old-login-'));
  const [gatewayPort, issuerPort] = [await freePort(), await freePort()];
  const graphqlUrl = `http://localhost:${gatewayPort}/graphql`;
  const tls = join(system().environment.DATA_DIR, 'tls');
  const issuerEnvironment = {
    ...shared,
    ISSUER_PORT: String(issuerPort),
    AUDIENCE: graphqlUrl,
    DEVELOPMENT_SEED: '1',
    TLS_DIR: tls,
    DATA_DIR: join(folder, 'issuer'),
  };
  await layOutClusters(issuerEnvironment.DATA_DIR, ['issuer']);
  const browser = openBrowserSession(`http://localhost:${Number(shared['PORT_BASE']) + 1}`);
  const earlier = await logInEarlier(issuerEnvironment, email, browser, secondsAgo);
  const issuer = await startProcess('gateway/issuer/main.ts', issuerEnvironment);
  const gateway = await startProcess('gateway/main.ts', {
    ...shared,
    GATEWAY_PORT: String(gatewayPort),
    ISSUER_PORT: String(issuerPort),
    TLS_DIR: tls,
    DATA_DIR: join(folder, 'gateway'),
  });
  const tokens = await refreshToken({ environment: issuerEnvironment, email, tokens: earlier });
  return {
    graphqlUrl,
    tokens,
    logInAgain: (parameters) => obtainToken({ environment: issuerEnvironment, email, browser, ...parameters }),
    async stop() {
      await gateway.stop();
      await issuer.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function logInEarlier(
  environment: NodeJS.ProcessEnv,
  email: string,
  browser: BrowserSession,
  secondsAgo: number,
): Promise<Tokens> {
  const issuer = await startProcess('gateway/issuer/main.ts', {
    ...environment,
    NODE_OPTIONS: `--import ${EARLIER_ISSUER}`,
    ISSUER_SECONDS_BEHIND: String(secondsAgo),
  });
  try {
    return await obtainToken({ environment, email, browser });
  } finally {
    await issuer.stop();
  }
}
