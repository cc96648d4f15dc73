/** The gateway and the directory as processes of their own, with the sample estate and an issuer that signs any token. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { ensurePki, ensureServicesPki } from '@commonhold/development/pki.ts';
import { readServiceCertificate, servicesTlsDirectory } from '@commonhold/development/service-certificate.ts';
import { startTestIssuer, type TestIssuer } from '@commonhold/gateway/testing/issuer.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { startProcess } from '../../processes.ts';
import { freePorts, processIds, stopAll } from '../gateway/sides/processes.ts';

export interface MeasuredSystem {
  readonly url: string;
  readonly servicesUrl: string;
  readonly issuer: TestIssuer;
  readonly certificate: Awaited<ReturnType<typeof readServiceCertificate>>;
  /** Of gateway and directory. */
  readonly processIds: readonly number[];
  stop(): Promise<void>;
}

export async function startMeasuredSystem(): Promise<MeasuredSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-access-'));
  const data = join(folder, 'data');
  const [port = 0, servicesPort = 0, directory = 0] = await freePorts(3);
  const url = `http://localhost:${port}/graphql`;
  const issuer = await startTestIssuer(url);
  const environment = {
    DATA_DIR: data,
    MASTER_KEY_FILE: join(folder, 'master.key'),
    LOG_LEVEL: 'warn',
    DEVELOPMENT_SEED: '1',
    GATEWAY_PORT: String(port),
    GATEWAY_SERVICES_PORT: String(servicesPort),
    SERVICES_TLS_DIR: servicesTlsDirectory(data),
    DIRECTORY_PORT: String(directory),
    ISSUER_URL: issuer.url,
  };
  await ensureMasterKey(environment);
  const masterKey = await loadMasterKey(environment);
  await ensurePki(join(data, 'tls'), masterKey);
  await ensureServicesPki(servicesTlsDirectory(data), masterKey);
  const processes = await Promise.all(
    ['subgraphs/directory/main.ts', 'gateway/main.ts'].map((entry) => startProcess(entry, environment)),
  );
  const stop = async (): Promise<void> => {
    await stopAll(processes);
    await issuer.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return {
      url,
      servicesUrl: `https://localhost:${servicesPort}/graphql`,
      issuer,
      certificate: await readServiceCertificate(servicesTlsDirectory(data), masterKey, 'northgate-reporting'),
      processIds: processIds(processes),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
