import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { ensurePki } from '@commonhold/development/pki.ts';
import { startTestIssuer } from '@commonhold/gateway/testing/issuer.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { findSubgraph, type SubgraphName } from '@commonhold/schema/subgraphs.ts';
import { startProcess } from '../../../../processes.ts';
import { SUBGRAPH_NAMES, supergraph } from '../../supergraph.ts';
import { graphqlRequest } from '../graphql-request.ts';
import { freePorts, processIds, stopAll } from '../processes.ts';
import type { StartSide } from '../side.ts';

const TOKEN_SECONDS = 3_600;

/** The product: its gateway and subgraphs of its kit, a verified access token, rights asked for anew, policy on. */
export const startCommonhold: StartSide = async (stubPort) => {
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-commonhold-'));
  const [port = 0, directory, smartHome, communal] = await freePorts(4);
  const url = `http://localhost:${port}/graphql`;
  const issuer = await startTestIssuer(url);
  const file = join(folder, 'supergraph.graphql');
  const routingUrl = (name: SubgraphName): string => findSubgraph(name)?.routingUrl ?? '';
  await writeFile(file, await supergraph({ routingUrl, isWithPolicies: true }));
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
  };
  await ensureMasterKey(environment);
  await ensurePki(join(environment.DATA_DIR, 'tls'), await loadMasterKey(environment));
  const processes = await Promise.all([
    // Its issuer is one of this machine, without TLS.
    startProcess('gateway/main.ts', { ...environment, NODE_ENV: 'development' }),
    ...SUBGRAPH_NAMES.map((name) =>
      startProcess('test/benchmarks/gateway/sides/commonhold/subgraph.ts', { ...environment, SUBGRAPH: name }),
    ),
  ]);
  const token = await issuer.sign({ exp: Math.floor(Date.now() / 1000) + TOKEN_SECONDS });
  return {
    name: 'commonhold',
    processIds: processIds(processes),
    request: ({ query }) => graphqlRequest(url, query, { authorization: `Bearer ${token}` }),
    stop: async () => {
      await stopAll(processes);
      await issuer.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
