/**
 * A second gateway beside the one under test, in front of the same subgraphs: with an issuer that says of a login what
 * the test wants, and, where the test has one, another supergraph.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Persona } from '@commonhold/development/personas.ts';
import { startTestIssuer } from '@commonhold/gateway/testing/issuer.ts';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { startProcess } from '../processes.ts';
import { type Answer, post } from '../system/client.ts';
import { system } from '../system/description.ts';

export interface SecondGateway {
  /** For a persona who logged in with both factors so many seconds ago; by default just now. */
  ask(
    persona: Pick<Persona, 'subject' | 'company'>,
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    secondsSinceLogin?: number,
  ): Promise<Answer>;
  stop(): Promise<void>;
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
    async ask({ subject, company }, query, variables = {}, secondsSinceLogin = 0) {
      const authTime = Math.floor(Date.now() / 1000) - secondsSinceLogin;
      const token = await issuer.sign({ sub: subject, tenant: company, auth_time: authTime });
      return post(url, { query, variables }, { authorization: `Bearer ${token}` });
    },
    async stop() {
      await gateway.stop();
      await issuer.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
