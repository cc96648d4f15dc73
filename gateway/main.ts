/** The gateway: the only public door. */
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { openSecrets } from '@commonhold/platform/secrets/secrets.ts';
import { followServers } from '@commonhold/platform/secrets/server-passwords.ts';
import { composeGateway } from './compose-gateway.ts';
import { readGatewayConfiguration } from './config.ts';

await runProcess('gateway', async () => {
  const log = createLog('gateway', process.env);
  const secrets = await openSecrets(process.env, log);
  const servers = await followServers(process.env, secrets);
  const configuration = readGatewayConfiguration(process.env, process.argv.slice(2));
  return composeGateway({ configuration, servers, secrets, log });
});
