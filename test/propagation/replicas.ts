/**
 * Two gateways, each with a directory of its own, and what the directories share: a PostgreSQL, with or without a Redis.
 * Between a gateway and its directory lies a way that can be cut.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDevelopment } from '@commonhold/development/prepare.ts';
import { startTestIssuer, type TestIssuer } from '@commonhold/gateway/testing/issuer.ts';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, type ServiceIdentity, type ServiceName } from '@commonhold/platform/tls/identity.ts';
import { startPostgres } from '../postgres.ts';
import { startProcess, type TestProcess } from '../processes.ts';
import { startRedis, type TestRedis } from '../redis.ts';
import { openWay, type Way } from './way.ts';

export interface Replica {
  readonly gatewayUrl: string;
  readonly directoryPort: number;
  readonly directory: TestProcess;
  readonly way: Way;
}

export interface Replicas {
  readonly first: Replica;
  readonly second: Replica;
  /** Signs access tokens for both gateways. */
  readonly issuer: TestIssuer;
  readonly redis: TestRedis | undefined;
  identityOf(name: ServiceName): Promise<ServiceIdentity>;
  stop(): Promise<void>;
}

export type Sharing = 'Redis' | 'PostgreSQL';

const AUDIENCE = 'https://gateway.example/graphql';

/** @throws {Error} with what a process said when it did not start */
export async function startReplicas(sharing: Sharing): Promise<Replicas> {
  const folder = await mkdtemp(join(tmpdir(), 'commonhold-replicas-'));
  const postgres = await startPostgres();
  const redis = sharing === 'Redis' ? await startRedis() : undefined;
  const issuer = await startTestIssuer(AUDIENCE);
  const environment = {
    MASTER_KEY_FILE: join(folder, 'master.key'),
    TLS_DIR: join(folder, 'data', 'tls'),
    DATABASE_URL: postgres.url,
    REDIS_URL: redis?.url,
    LOG_LEVEL: 'warn',
    ISSUER_URL: issuer.url,
    AUDIENCE,
  };
  await prepareDevelopment({ ...environment, DATA_DIR: join(folder, 'data') });
  const masterKey = await loadMasterKey(environment);

  const stops: (() => Promise<void>)[] = [];
  const start = async (entry: string, variables: NodeJS.ProcessEnv): Promise<TestProcess> => {
    const running = await startProcess(entry, { ...environment, ...variables });
    if (running.child.exitCode !== null) throw new Error(`${entry} did not start:\n${running.output()}`);
    stops.unshift(() => running.stop());
    return running;
  };
  const startReplica = async (name: string): Promise<Replica> => {
    const directoryPort = await freePort();
    const gatewayPort = await freePort();
    const own = { DATA_DIR: join(folder, name), DEVELOPMENT_SEED: '1' };
    const directory = await start('subgraphs/directory/main.ts', { ...own, DIRECTORY_PORT: String(directoryPort) });
    const way = await openWay(directoryPort);
    stops.unshift(() => way.stop());
    await start('gateway/main.ts', {
      ...own,
      GATEWAY_PORT: String(gatewayPort),
      DIRECTORY_URL: `https://localhost:${way.port}`,
    });
    return { gatewayUrl: `http://localhost:${gatewayPort}/graphql`, directoryPort, directory, way };
  };
  const stop = async (): Promise<void> => {
    for (const end of stops) await end();
    await Promise.all([issuer.stop(), redis?.stop(), postgres.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // The first one makes the tables and the sample estate.
    const first = await startReplica('first');
    const second = await startReplica('second');
    const identityOf = (name: ServiceName) => loadIdentity(name, environment.TLS_DIR, masterKey);
    return { first, second, issuer, redis, identityOf, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
