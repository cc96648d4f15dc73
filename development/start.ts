/** `npm start`: everything on one machine, with sandbox partners and the sample estate. */
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { DRAIN_MILLISECONDS, runProcess } from '@commonhold/platform/process.ts';
import { prepareDevelopment } from './prepare.ts';
import { servicesTlsDirectory } from './service-certificate.ts';
import { type ProcessDefinition, type Supervised, startAll } from './supervisor.ts';
import { watchParent } from './watch-parent.ts';
import { welcome } from './welcome.ts';

/** In the order in which they are drained: from the front door inwards. */
const PROCESSES: readonly ProcessDefinition[] = [
  { name: 'gateway', entry: new URL('../gateway/main.ts', import.meta.url) },
  { name: 'issuer', entry: new URL('../gateway/issuer/main.ts', import.meta.url) },
  { name: 'smart-home', entry: new URL('../subgraphs/smart-home/main.ts', import.meta.url) },
  { name: 'communal', entry: new URL('../subgraphs/communal/main.ts', import.meta.url) },
  { name: 'directory', entry: new URL('../subgraphs/directory/main.ts', import.meta.url) },
  { name: 'smart-home-sandbox', entry: new URL('../subgraphs/smart-home/sandbox/main.ts', import.meta.url) },
  { name: 'communal-sandbox', entry: new URL('../subgraphs/communal/sandbox/main.ts', import.meta.url) },
];

// They end one after another, and each may take its time.
const drainMilliseconds = (PROCESSES.length + 1) * DRAIN_MILLISECONDS;

async function start(): Promise<Supervised> {
  await prepareDevelopment(process.env);
  const { GATEWAY_METRICS_PORT, ISSUER_METRICS_PORT } = ports(process.env);
  const defaults = {
    LOG_LEVEL: 'warn',
    DEVELOPMENT_SEED: '1',
    SERVICES_TLS_DIR: servicesTlsDirectory(dataDirectory(process.env)),
    GATEWAY_METRICS_PORT: String(GATEWAY_METRICS_PORT),
    ISSUER_METRICS_PORT: String(ISSUER_METRICS_PORT),
  };
  const supervised = await startAll(PROCESSES, { ...defaults, ...process.env });
  watchParent();
  process.stdout.write(welcome(ports(process.env)));
  void supervised.lost.then(async (name) => {
    process.stderr.write(`start: The process ${name} ended by itself: everything else is stopped.\n`);
    await supervised.stop();
    process.exit(1);
  });
  return supervised;
}

await runProcess('start', start, drainMilliseconds);
