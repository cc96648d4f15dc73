/**
 * A second gateway beside the one under test, in front of the same subgraphs: with an issuer that says of a login what
 * the test wants, and, where the test has one, another supergraph.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Persona } from '@commonhold/development/personas.ts';
import { makeProofKey } from '@commonhold/development/proof-key.ts';
import { MULTI_FACTOR_ACR, PHISHING_RESISTANT_ACR } from '@commonhold/gateway/authentication/login-strength.ts';
import { startTestIssuer, type TestIssuer } from '@commonhold/gateway/testing/issuer.ts';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { startProcess } from '../processes.ts';
import { type Answer, post } from '../system/client.ts';
import { system } from '../system/description.ts';

export interface SecondGateway {
  readonly url: string;
  readonly issuer: TestIssuer;
  /** For a persona after such a login; by default one with a code, just now. */
  ask(
    persona: Pick<Persona, 'subject' | 'company'>,
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    login?: TestLogin,
  ): Promise<Answer>;
  stop(): Promise<void>;
}

export interface TestLogin {
  readonly secondsAgo?: number;
  /** By a passkey. */
  readonly isStrong?: boolean;
}

/** @param supergraph SDL; left out: the product's own */
export async function startSecondGateway(supergraph?: string): Promise<SecondGateway> {
  const { environment } = system();
  const folder = await mkdtemp(join(tmpdir(), 'commonhold-second-gateway-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  if (supergraph !== undefined) await writeFile(supergraphFile, supergraph);
  const port = await freePort();
  const url = `http://localhost:${port}/graphql`;
  const issuer = await startTestIssuer(url);
  const key = await makeProofKey();
  const gateway = await startProcess('gateway/main.ts', {
    ...environment,
    GATEWAY_PORT: String(port),
    ISSUER_URL: issuer.url,
    TLS_DIR: join(environment.DATA_DIR, 'tls'),
    DATA_DIR: join(folder, 'data'),
    ...(supergraph !== undefined && { SUPERGRAPH: supergraphFile }),
  });
  if (gateway.child.exitCode !== null) throw new Error(`the gateway did not start:\n${gateway.output()}`);
  return {
    url,
    issuer,
    async ask({ subject, company }, query, variables = {}, { secondsAgo = 0, isStrong = false } = {}) {
      const authTime = Math.floor(Date.now() / 1000) - secondsAgo;
      const acr = isStrong ? PHISHING_RESISTANT_ACR : MULTI_FACTOR_ACR;
      const claims = { sub: subject, tenant: company, auth_time: authTime, acr, cnf: { jkt: key.thumbprint } };
      return post(url, { query, variables }, {}, { accessToken: await issuer.sign(claims), key });
    },
    async stop() {
      await gateway.stop();
      await issuer.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
