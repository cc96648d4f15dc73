/**
 * Starts the whole product once for all tests by guarantee, as `npm start` does, on ports and folders of its own, with
 * canaries planted in its environment; and beside it the broker that logs personas in.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type Broker, startBroker } from './broker.ts';
import { SYSTEM_VARIABLE, type SystemDescription } from './description.ts';
import { chooseEnvironment, startProduct, type TestProduct, testPort } from './product.ts';

declare global {
  var commonholdUnderTest: { readonly product: TestProduct; readonly broker: Broker } | undefined;
}

export default async function start(): Promise<void> {
  const environment = {
    ...(await chooseEnvironment('shared')),
    LOG_LEVEL: 'debug',
    COMMONHOLD_CANARY: `canary-${randomBytes(16).toString('hex')}`,
  };
  const product = await startProduct(environment, environment);
  const { child, output } = product.process;
  const logFile = join(product.folder, 'output.log');
  const log = createWriteStream(logFile);
  log.write(output());
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const broker = await startBroker(testPort('broker'), { ...process.env, ...environment });
  globalThis.commonholdUnderTest = { product, broker };
  const description: SystemDescription = {
    environment,
    logFile,
    graphqlUrl: product.graphqlUrl,
    brokerUrl: `http://localhost:${testPort('broker')}`,
  };
  process.env[SYSTEM_VARIABLE] = JSON.stringify(description);
}
