import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProcess } from '../../../../processes.ts';
import type { Graph, GraphSubgraph } from '../../graphs.ts';
import { supergraph } from '../../supergraph.ts';
import { graphqlRequest } from '../graphql-request.ts';
import { freePorts, measured, startMeasured, stopAll } from '../processes.ts';
import type { Side, StartSide } from '../side.ts';

const FOLDER = 'test/benchmarks/gateway/sides/stock';
const GATEWAY = `${FOLDER}/gateway.ts`;

/** Apollo's gateway and Apollo Server subgraphs, without any policy. */
export const startStock: StartSide = (stubPort, graph) =>
  startPlain({ name: 'stock', stubPort, graph, gateway: GATEWAY, path: '/' });

/** The same with graphql-shield in each subgraph. */
export const startStockWithShield: StartSide = (stubPort, graph) =>
  startPlain({
    name: 'stock-with-shield',
    stubPort,
    graph,
    gateway: GATEWAY,
    path: '/',
    environment: { SHIELD: 'on' },
  });

export interface PlainSide {
  readonly name: string;
  readonly stubPort: number;
  readonly graph: Graph;
  /** The gateway's program, from the project's root. */
  readonly gateway: string;
  /** Where it takes operations. */
  readonly path: string;
  /** What distinguishes it, for the gateway and its subgraphs. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Somebody else's gateway before Apollo Server subgraphs of its own. */
export async function startPlain(side: PlainSide): Promise<Side> {
  const [port, ...ports] = await freePorts(1 + side.graph.subgraphs.length);
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-plain-'));
  const file = join(folder, 'supergraph.graphql');
  const addresses = new Map(side.graph.subgraphs.map(({ name }, index) => [name, `http://localhost:${ports[index]}/`]));
  const routingUrl = (name: GraphSubgraph['name']): string => addresses.get(name) ?? '';
  await writeFile(file, await supergraph(side.graph, { routingUrl, isWithPolicies: false }));
  const environment = { ...side.environment, NODE_ENV: 'production' };
  const subgraphs = side.graph.subgraphs.map(({ schema }, index) =>
    startPlainSubgraph(schema, ports[index] ?? 0, side.stubPort, environment),
  );
  const gateway = startMeasured(side.gateway, { ...environment, PORT: String(port), SUPERGRAPH: file });
  const processes = await Promise.all([gateway, ...subgraphs]);
  return {
    name: side.name,
    ...measured(processes),
    request: ({ query, role }) => graphqlRequest(`http://localhost:${port}${side.path}`, query, { role }),
    stop: async () => {
      await stopAll(processes);
      await rm(folder, { recursive: true });
    },
  };
}

/** An Apollo Server subgraph. @param schema its SDL, as `graphs.ts` names it */
export function startPlainSubgraph(
  schema: string,
  port: number,
  stubPort: number,
  environment: NodeJS.ProcessEnv,
): Promise<TestProcess> {
  return startMeasured(`${FOLDER}/subgraph.ts`, {
    ...environment,
    SCHEMA: schema,
    PORT: String(port),
    STUB_PORT: String(stubPort),
  });
}
