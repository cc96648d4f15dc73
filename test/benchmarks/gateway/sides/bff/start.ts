import { startProcess } from '../../../../processes.ts';
import { freePorts, processIds, stopAll } from '../processes.ts';
import type { StartSide } from '../side.ts';

/** The baseline: a backend for one frontend. */
export const startBff: StartSide = async (stubPort) => {
  const [port] = await freePorts(1);
  const processes = [
    await startProcess('test/benchmarks/gateway/sides/bff/server.ts', {
      PORT: String(port),
      STUB_PORT: String(stubPort),
    }),
  ];
  return {
    name: 'bff',
    processIds: processIds(processes),
    request: ({ name }) => ({ url: `http://localhost:${port}/${name}`, method: 'GET', headers: {} }),
    stop: () => stopAll(processes),
  };
};
