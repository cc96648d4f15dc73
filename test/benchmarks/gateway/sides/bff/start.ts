import type { TestProcess } from '../../../../processes.ts';
import { freePorts, measured, startMeasured, stopAll } from '../processes.ts';
import type { Side, StartSide } from '../side.ts';

/** The baseline: a backend for one frontend. */
export const startBff: StartSide = async (stubPort) => {
  const aggregator = await startAggregator({ STUB_PORT: String(stubPort) });
  const processes = [aggregator.process];
  return {
    name: 'bff',
    ...measured(processes),
    request: aggregator.request,
    stop: () => stopAll(processes),
  };
};

export interface Aggregator extends Pick<Side, 'request'> {
  readonly process: TestProcess;
}

export async function startAggregator(environment: NodeJS.ProcessEnv): Promise<Aggregator> {
  const [port] = await freePorts(1);
  return {
    process: await startMeasured('test/benchmarks/gateway/sides/bff/server.ts', { ...environment, PORT: String(port) }),
    request: ({ name }) => ({ url: `http://localhost:${port}/${name}`, method: 'GET', headers: {} }),
  };
}
