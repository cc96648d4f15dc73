/** For tests: the directory with the sample estate, on a database that is thrown away. */
import { defineSubgraph } from '@commonhold/kit/subgraph.ts';
import { createTestGateway, type TestGateway } from '@commonhold/kit/testing/gateway.ts';
import { createTestIdentities } from '@commonhold/kit/testing/identities.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { TestDatabase } from '@commonhold/test/databases.ts';
import { Registry } from 'prom-client';
import { openDirectory } from '../database/open-directory.ts';
import { directory } from '../definition.ts';
import { seedSampleEstate } from '../seed/write.ts';

export interface StartedDirectory {
  readonly gateway: TestGateway;
  stop(): Promise<void>;
}

export async function startDirectory(provide: () => Promise<TestDatabase>): Promise<StartedDirectory> {
  const provided = await provide();
  const identities = await createTestIdentities();
  const database = await openDirectory(provided.url, provided.dataDirectory);
  const envelope = createEnvelope(new Uint8Array(32).fill(7));
  await seedSampleEstate(database, envelope, new Date());
  const identity = await identities.of('directory');
  const running = await defineSubgraph(directory({ database, envelope, identity }), {
    identity,
    port: 0,
    log: createLog('directory', { LOG_LEVEL: 'silent' }),
    metrics: new Registry(),
  });
  const gateway = createTestGateway(await identities.of('gateway'), 'directory', running.port);
  return {
    gateway,
    stop: async () => {
      await gateway.close();
      await running.stop();
      await identities.remove();
      await provided.remove();
    },
  };
}
