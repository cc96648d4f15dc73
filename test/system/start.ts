/**
 * Starts the whole product once for all tests by guarantee, as `npm start` does, on ports and folders of its own, with
 * canaries planted in its environment; and beside it the broker that logs personas in.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess, type TestProcess } from '../processes.ts';
import { type Broker, startBroker } from './broker.ts';
import { SYSTEM_VARIABLE, type SystemDescription } from './description.ts';

declare global {
  var commonholdUnderTest: { readonly product: TestProcess; readonly broker: Broker } | undefined;
}

/** Ports of its own, so that a running product isn't in the way; `TEST_PORT_BASE` moves them for a second run beside. */
const PORT_BASE = Number(process.env['TEST_PORT_BASE'] ?? 24_000);
const BROKER_PORT = PORT_BASE + 50;

export default async function start(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'commonhold-test-'));
  const environment = {
    PORT_BASE: String(PORT_BASE),
    DATA_DIR: join(folder, 'data'),
    MASTER_KEY_FILE: join(folder, 'key', 'master.key'),
    LOG_LEVEL: 'debug',
    SANDBOX_LATENCY_MS: '0',
    COMMONHOLD_CANARY: `canary-${randomBytes(16).toString('hex')}`,
  };
  const product = await startProcess('development/start.ts', environment);
  if (product.child.exitCode !== null) throw new Error(`the product did not start:\n${product.output()}`);
  const logFile = join(folder, 'output.log');
  const log = createWriteStream(logFile);
  log.write(product.output());
  product.child.stdout?.pipe(log, { end: false });
  product.child.stderr?.pipe(log, { end: false });
  const broker = await startBroker(BROKER_PORT, { ...process.env, ...environment });
  globalThis.commonholdUnderTest = { product, broker };
  const description: SystemDescription = {
    environment,
    logFile,
    graphqlUrl: `http://localhost:${PORT_BASE}/graphql`,
    brokerUrl: `http://localhost:${BROKER_PORT}`,
  };
  process.env[SYSTEM_VARIABLE] = JSON.stringify(description);
}
