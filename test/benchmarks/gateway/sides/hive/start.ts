import type { StartSide } from '../side.ts';
import { startPlain } from '../stock/start.ts';

const GATEWAY = 'test/benchmarks/gateway/sides/hive/gateway.ts';

/** Hive Gateway before Apollo Server subgraphs, without any policy. */
export const startHive: StartSide = (stubPort, graph) =>
  startPlain({ name: 'hive', stubPort, graph, gateway: GATEWAY, path: '/graphql' });

/** The same with the planner that is written in Rust. */
export const startHiveRust: StartSide = (stubPort, graph) =>
  startPlain({
    name: 'hive-rust',
    stubPort,
    graph,
    gateway: GATEWAY,
    path: '/graphql',
    environment: { PLANNER: 'rust' },
  });
