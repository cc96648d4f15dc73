/** Where the gateway's time goes while it answers a work as fast as it can. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startProcess } from '../../processes.ts';
import { HOUSING } from '../gateway/graphs.ts';
import { startCommonhold } from '../gateway/sides/commonhold/start.ts';
import { freePorts } from '../gateway/sides/processes.ts';
import { HOUSING_WORKS } from '../gateway/works.ts';
import { load } from '../measure/load.ts';
import { type Frame, framesOf } from './frames.ts';

const CONNECTIONS = 8;
/** From the gateway's start, part of which goes by before it is asked anything. */
const WARM_UP_SECONDS = 14;

/** @param name of the work, such as `W2` */
export async function recordGateway(name: string, seconds: number): Promise<Frame> {
  const work = HOUSING_WORKS.find((known) => known.name === name);
  if (!work) throw new RangeError(`there is no work ${name}`);
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-profile-'));
  const file = join(folder, 'gateway.cpuprofile');
  const [stubPort = 0] = await freePorts(1);
  const stub = await startProcess('test/benchmarks/gateway/partner-stub.ts', { STUB_PORT: String(stubPort) });
  const side = await startCommonhold(stubPort, HOUSING, {
    NODE_OPTIONS: `--import ${fileURLToPath(new URL('recorder.mjs', import.meta.url))}`,
    PROFILE_FILE: file,
    PROFILE_AFTER_SECONDS: String(WARM_UP_SECONDS),
    PROFILE_SECONDS: String(seconds),
  });
  try {
    await load(side.request(work), CONNECTIONS, { seconds: WARM_UP_SECONDS + seconds });
    await wait(1_000);
    return framesOf(await readFile(file, 'utf8'));
  } finally {
    await side.stop();
    await stub.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
