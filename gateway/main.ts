/** The gateway: the only public door. */
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { composeGateway } from './compose-gateway.ts';
import { readGatewayConfiguration } from './config.ts';

await runProcess('gateway', () =>
  composeGateway({
    configuration: readGatewayConfiguration(process.env, process.argv.slice(2)),
    environment: process.env,
    log: createLog('gateway', process.env),
  }),
);
