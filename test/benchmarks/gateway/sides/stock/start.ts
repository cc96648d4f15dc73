import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubgraphName } from '@commonhold/schema/subgraphs.ts';
import { startProcess } from '../../../../processes.ts';
import { SUBGRAPH_NAMES, supergraph } from '../../supergraph.ts';
import { graphqlRequest } from '../graphql-request.ts';
import { freePorts, processIds, stopAll } from '../processes.ts';
import type { StartSide } from '../side.ts';

const FOLDER = 'test/benchmarks/gateway/sides/stock';

/** Apollo's gateway and Apollo Server subgraphs, without any policy. */
export const startStock: StartSide = (stubPort) => start('stock', stubPort, {});

/** The same with graphql-shield in each subgraph. */
export const startStockWithShield: StartSide = (stubPort) => start('stock-with-shield', stubPort, { SHIELD: 'on' });

async function start(name: string, stubPort: number, environment: NodeJS.ProcessEnv): ReturnType<StartSide> {
  const [port, ...ports] = await freePorts(1 + SUBGRAPH_NAMES.length);
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-stock-'));
  const file = join(folder, 'supergraph.graphql');
  const addresses = SUBGRAPH_NAMES.map((_, index) => `http://localhost:${ports[index]}/`);
  const routingUrl = (subgraph: SubgraphName): string => addresses[SUBGRAPH_NAMES.indexOf(subgraph)] ?? '';
  await writeFile(file, await supergraph({ routingUrl, isWithPolicies: false }));
  const subgraphs = SUBGRAPH_NAMES.map((subgraph, index) =>
    startProcess(`${FOLDER}/subgraph.ts`, {
      ...environment,
      NODE_ENV: 'production',
      SUBGRAPH: subgraph,
      PORT: String(ports[index]),
      STUB_PORT: String(stubPort),
    }),
  );
  const gateway = startProcess(`${FOLDER}/gateway.ts`, {
    NODE_ENV: 'production',
    PORT: String(port),
    SUPERGRAPH: file,
  });
  const processes = await Promise.all([gateway, ...subgraphs]);
  return {
    name,
    processIds: processIds(processes),
    request: ({ query }) => graphqlRequest(`http://localhost:${port}/`, query),
    stop: async () => {
      await stopAll(processes);
      await rm(folder, { recursive: true });
    },
  };
}
