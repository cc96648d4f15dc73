/**
 * Makes what a first start in development needs: the master key, the certificates, the keys towards the partners.
 * Whatever is there already is kept. Also run before a subgraph is started alone.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dataDirectory } from '@commonhold/platform/addresses.ts';
import { isProduction } from '@commonhold/platform/configuration.ts';
import { loadMasterKey, type MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { ensureMasterKey } from './master-key.ts';
import { ensurePartnerKeys } from './partner-keys.ts';
import { ensurePki, ensureServicesPki } from './pki.ts';
import { servicesTlsDirectory } from './service-certificate.ts';

/** @throws {StartupError} with `NODE_ENV=production`, where keys and certificates come from elsewhere. */
export async function prepareDevelopment(environment: NodeJS.ProcessEnv): Promise<MasterKey> {
  if (isProduction(environment)) {
    throw new StartupError(
      'The development set-up does not run with NODE_ENV=production',
      'start each process by itself with keys and certificates of your own',
    );
  }
  await ensureMasterKey(environment);
  const masterKey = await loadMasterKey(environment);
  const data = dataDirectory(environment);
  await ensurePki(join(data, 'tls'), masterKey);
  await ensureServicesPki(servicesTlsDirectory(data), masterKey);
  await ensurePartnerKeys(data, masterKey);
  return masterKey;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await prepareDevelopment(process.env);
}
