import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { ensurePki } from '@commonhold/development/pki.ts';
import { startTestIssuer } from '@commonhold/gateway/testing/issuer.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { findSubgraph } from '@commonhold/schema/subgraphs.ts';
import { TENANT } from '../../estate.ts';
import type { Graph } from '../../graphs.ts';
import { ROLES } from '../../roles.ts';
import { supergraph } from '../../supergraph.ts';
import { graphqlRequest } from '../graphql-request.ts';
import { freePorts, measured, startMeasured, stopAll } from '../processes.ts';
import type { Side } from '../side.ts';
import { startPlainSubgraph } from '../stock/start.ts';

const TOKEN_SECONDS = 3_600;

export interface CommonholdSide extends Side {
  readonly url: string;
  /** A token of somebody; whoever is called like a role, and perhaps ~ and a number, holds it. */
  sign(subject: string, tenant?: string): Promise<string>;
}

/** The product: its gateway and subgraphs of its kit, a verified access token, rights asked for anew, policy on. */
export const startCommonhold = async (
  stubPort: number,
  graph: Graph,
  limits: NodeJS.ProcessEnv = {},
): Promise<CommonholdSide> => {
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-commonhold-'));
  const [port = 0, directory, smartHome, communal, plain = 0] = await freePorts(5);
  const url = `http://localhost:${port}/graphql`;
  const issuer = await startTestIssuer(url);
  const file = join(folder, 'supergraph.graphql');
  const routingUrl = (name: string): string => findSubgraph(name)?.routingUrl ?? `http://localhost:${plain}/`;
  await writeFile(file, await supergraph(graph, { routingUrl, isWithPolicies: true }));
  const environment = {
    NODE_ENV: 'production',
    DATA_DIR: join(folder, 'data'),
    MASTER_KEY_FILE: join(folder, 'master.key'),
    LOG_LEVEL: 'warn',
    STUB_PORT: String(stubPort),
    GATEWAY_PORT: String(port),
    DIRECTORY_PORT: String(directory),
    SMART_HOME_PORT: String(smartHome),
    COMMUNAL_PORT: String(communal),
    SUPERGRAPH: file,
    ISSUER_URL: issuer.url,
    ...limits,
  };
  await ensureMasterKey(environment);
  await ensurePki(join(environment.DATA_DIR, 'tls'), await loadMasterKey(environment));
  const processes = await Promise.all([
    // Its issuer is one of this machine, without TLS.
    startMeasured('gateway/main.ts', { ...environment, NODE_ENV: 'development' }),
    ...graph.subgraphs.map(({ name, schema, furtherSdl }) =>
      findSubgraph(name)
        ? startMeasured('test/benchmarks/gateway/sides/commonhold/subgraph.ts', {
            ...environment,
            SUBGRAPH: name,
            SCHEMA: schema,
            FURTHER_SDL: furtherSdl,
          })
        : startPlainSubgraph(schema, plain, stubPort, { NODE_ENV: 'production' }),
    ),
  ]);
  const exp = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
  const sign = (sub: string, tenant: string = TENANT): Promise<string> => issuer.sign({ sub, tenant, exp });
  const tokens = new Map(await Promise.all(ROLES.map(async (role) => [role, await sign(role)] as const)));
  return {
    name: 'commonhold',
    url,
    sign,
    ...measured(processes),
    request: ({ query, role }) => graphqlRequest(url, query, { authorization: `Bearer ${tokens.get(role)}` }),
    stop: async () => {
      await stopAll(processes);
      await issuer.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
