/** For tests: the gateway alone on somebody else's supergraph, without an issuer, a master key or certificates. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess, type TestProcess } from '@commonhold/test/processes.ts';
import { freePort } from './listen.ts';
import { type Shop, startShop } from './shop.ts';

export interface ShopGateway {
  readonly url: string;
  /** Holds the supergraph as `shop.graphql`. */
  readonly folder: string;
  readonly shop: Shop;
  readonly process: TestProcess;
  stop(): Promise<void>;
}

export async function startShopGateway(environment: NodeJS.ProcessEnv = {}): Promise<ShopGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-'));
  const shop = await startShop();
  const file = join(folder, 'shop.graphql');
  await shop.writeSupergraph(file);
  const port = await freePort();
  const process = await startProcess(
    'gateway/main.ts',
    { DATA_DIR: join(folder, 'data'), MASTER_KEY_FILE: join(folder, 'none'), ...environment },
    ['--supergraph', file, '--port', String(port), '--authentication', 'optional'],
  );
  return {
    url: `http://localhost:${port}/graphql`,
    folder,
    shop,
    process,
    stop: async () => {
      await process.stop();
      await shop.stop();
      await rm(folder, { recursive: true });
    },
  };
}
