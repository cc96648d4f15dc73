/**
 * `npm run secrets -- status`: how old each secret of the running product is, and what is left under an old master key.
 * `npm run secrets -- rotate master-key|partners|tls`: rotates it while the product runs.
 * `npm run secrets -- retire master-key`: removes the master key before, when nothing needs it.
 */
import { join } from 'node:path';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { isProduction } from '@commonhold/platform/configuration.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { runCommand } from '@commonhold/schema/cli/run-command.ts';
import { Agent, request } from 'undici';
import { retireMasterKey, rotateMasterKey, rotatePartners, rotateTls, type SetUp } from './rotation.ts';

const ROTATIONS = { 'master-key': rotateMasterKey, partners: rotatePartners, tls: rotateTls } as const;

await runCommand('secrets', async () => {
  const environment = process.env;
  if (isProduction(environment) || environment['SECRETS'] !== undefined) {
    throw new StartupError('This is for a development set-up', 'rotate as platform/secrets/README.md says');
  }
  const setUp: SetUp = {
    environment,
    data: dataDirectory(environment),
    pollSeconds: Number(environment['SECRETS_POLL_SECONDS'] ?? 10),
  };
  const [command, what = ''] = process.argv.slice(2);
  const rotation = Object.entries(ROTATIONS).find(([name]) => name === what)?.[1];
  if (command === 'status') process.stdout.write(await status(setUp));
  else if (command === 'rotate' && rotation) await rotation(setUp);
  else if (command === 'retire' && what === 'master-key') await retireMasterKey(setUp, outdatedIn(await status(setUp)));
  else {
    throw new StartupError(
      'The command is not known',
      `use status, rotate ${Object.keys(ROTATIONS).join('|')}, or retire master-key`,
    );
  }
});

/** The lines of all processes' metrics that are about secrets. */
async function status({ environment, data }: SetUp): Promise<string> {
  const { GATEWAY_METRICS_PORT, ISSUER_METRICS_PORT, DIRECTORY_PORT, SMART_HOME_PORT, COMMUNAL_PORT } =
    ports(environment);
  const identity = await loadIdentity('gateway', join(data, 'tls'), await loadMasterKey(environment));
  const dispatcher = new Agent({ connect: tlsMaterial(identity) });
  const addresses = {
    gateway: `https://localhost:${GATEWAY_METRICS_PORT}`,
    issuer: `https://localhost:${ISSUER_METRICS_PORT}`,
    directory: `https://localhost:${DIRECTORY_PORT}`,
    'smart-home': `https://localhost:${SMART_HOME_PORT}`,
    communal: `https://localhost:${COMMUNAL_PORT}`,
  };
  const read = async ([name, origin]: readonly [string, string]): Promise<string> => {
    const signal = AbortSignal.timeout(5_000);
    const answer = await request(`${origin}/metrics`, { dispatcher, signal }).catch(() => undefined);
    if (!answer) return `${name} doesn't answer\n`;
    const lines = (await answer.body.text()).split('\n').filter((line) => line.startsWith('commonhold_'));
    return lines.map((line) => `${name} ${line}\n`).join('');
  };
  try {
    return (await Promise.all(Object.entries(addresses).map(read))).join('');
  } finally {
    await dispatcher.close();
  }
}

function outdatedIn(text: string): Record<string, number | undefined> {
  return Object.fromEntries(
    ['directory', 'issuer'].map((store) => {
      const [, left] = new RegExp(`commonhold_ciphertext_outdated\\{store="${store}"\\} (\\d+)`).exec(text) ?? [];
      return [store, left === undefined ? undefined : Number(left)];
    }),
  );
}
