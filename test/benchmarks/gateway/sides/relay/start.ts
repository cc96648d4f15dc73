import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { ensurePki } from '@commonhold/development/pki.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { startAggregator } from '../bff/start.ts';
import { freePorts, measured, startMeasured, stopAll } from '../processes.ts';
import type { StartSide } from '../side.ts';

/** What processes of their own and mutual TLS between them cost alone: the aggregator, with a relay for each subgraph. */
export const startRelay: StartSide = async (stubPort, graph) => {
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-relay-'));
  const environment = {
    NODE_ENV: 'production',
    DATA_DIR: join(folder, 'data'),
    MASTER_KEY_FILE: join(folder, 'master.key'),
    STUB_PORT: String(stubPort),
  };
  await ensureMasterKey(environment);
  await ensurePki(join(environment.DATA_DIR, 'tls'), await loadMasterKey(environment));
  const ports = await freePorts(graph.subgraphs.length);
  const relays = ports.map((port) =>
    startMeasured('test/benchmarks/gateway/sides/relay/server.ts', { ...environment, PORT: String(port) }),
  );
  const origins = graph.subgraphs.flatMap(({ reads }, index) =>
    reads.map((read) => [read, `https://localhost:${ports[index]}`]),
  );
  const aggregator = await startAggregator({ ...environment, RELAYS: JSON.stringify(Object.fromEntries(origins)) });
  const processes = [aggregator.process, ...(await Promise.all(relays))];
  return {
    name: 'relay',
    ...measured(processes),
    request: aggregator.request,
    stop: async () => {
      await stopAll(processes);
      await rm(folder, { recursive: true });
    },
  };
};
