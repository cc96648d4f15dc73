/** `npm start`: everything on one machine, with sandbox partners and the sample estate. */
import { ports } from '@commonhold/platform/addresses.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { prepareDevelopment } from './prepare.ts';
import { type ProcessDefinition, startAll } from './supervisor.ts';
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

await runProcess('start', async () => {
  await prepareDevelopment(process.env);
  const supervised = await startAll(PROCESSES, { LOG_LEVEL: 'warn', DEVELOPMENT_SEED: '1', ...process.env });
  watchParent();
  process.stdout.write(welcome(ports(process.env)));
  void supervised.lost.then(async (name) => {
    process.stderr.write(`start: The process ${name} ended by itself: everything else is stopped.\n`);
    await supervised.stop();
    process.exit(1);
  });
  return supervised;
});
