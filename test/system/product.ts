/** The whole product for tests, started as `npm start` does, on ports and folders of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOutClusters } from '../embedded-cluster.ts';
import { startProcess, type TestProcess } from '../processes.ts';

export interface TestProduct {
  /** Holds everything that it writes but the master key, which lies beside its data. */
  readonly folder: string;
  readonly environment: TestEnvironment;
  readonly graphqlUrl: string;
  readonly process: TestProcess;
  /** Ends it; what it wrote stays. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** What tells where a product is, and what it keeps its secrets under. */
export interface TestEnvironment {
  readonly PORT_BASE: string;
  readonly DATA_DIR: string;
  readonly MASTER_KEY_FILE: string;
}

/**
 * Ports of its own, so that a running product isn't in the way; `TEST_PORT_BASE` moves them for a second run beside. A
 * product leaves gaps between its ports, in which those of the others lie.
 */
const FIRST_PORT = Number(process.env['TEST_PORT_BASE'] ?? 24_000);
const OFFSETS = {
  shared: 0,
  traces: 10,
  faults: 20,
  homebridge: 30,
  processes: 40,
  broker: 50,
  person: 60,
  rotation: 70,
} as const;

export function testPort(purpose: keyof typeof OFFSETS): number {
  return FIRST_PORT + OFFSETS[purpose];
}

/** Where the product of this purpose will be, before it is started: for what has to be there sooner. */
export async function chooseEnvironment(purpose: keyof typeof OFFSETS): Promise<TestEnvironment> {
  const folder = await mkdtemp(join(tmpdir(), `commonhold-${purpose}-`));
  await layOutClusters(join(folder, 'data'), ['directory', 'issuer']);
  return {
    PORT_BASE: String(testPort(purpose)),
    DATA_DIR: join(folder, 'data'),
    MASTER_KEY_FILE: join(folder, 'key', 'master.key'),
  };
}

/** @throws {Error} with what it wrote when it did not start */
export async function startProduct(
  environment: TestEnvironment,
  variables: NodeJS.ProcessEnv = {},
): Promise<TestProduct> {
  const folder = join(environment.DATA_DIR, '..');
  const running = await startProcess('development/start.ts', { SANDBOX_LATENCY_MS: '0', ...environment, ...variables });
  if (running.child.exitCode !== null) throw new Error(`the product did not start:\n${running.output()}`);
  return {
    folder,
    environment,
    graphqlUrl: `http://localhost:${environment.PORT_BASE}/graphql`,
    process: running,
    stop: () => running.stop(),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
