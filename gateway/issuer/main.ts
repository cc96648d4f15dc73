/** The embedded OpenID provider, a process of its own. Composition root: configuration → parts → listen → drain. */
import { dataDirectory } from '@commonhold/platform/addresses.ts';
import { openDatabase } from '@commonhold/platform/database/open.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { type Running, runProcess } from '@commonhold/platform/process.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { sql } from 'kysely';
import { readIssuerConfiguration } from './configuration.ts';
import { createKeyStore, type KeyGeneration } from './keys/generations.ts';
import { startRotation } from './keys/rotation.ts';
import { createAuthentication } from './login/authentication.ts';
import { countGuesses } from './login/guesses.ts';
import { createProvider } from './protocol/provider.ts';
import { reportEvents } from './protocol/report-events.ts';
import { seedDevelopment } from './seed.ts';
import { createServer } from './server.ts';
import { createAccounts } from './store/accounts.ts';
import { createKeyedHash } from './store/keyed-hash.ts';
import { FULL_COST, SEED_COST } from './store/passwords.ts';
import { createRecords, deleteExpiredRecords } from './store/records.ts';
import { type IssuerTables, MIGRATIONS } from './store/tables.ts';

const CLEANING_MILLISECONDS = 10 * 60_000;

await runProcess('issuer', async (): Promise<Running> => {
  const environment = process.env;
  const configuration = readIssuerConfiguration(environment);
  const log = createLog('issuer', environment);
  const masterKey = await loadMasterKey(environment);
  const data = dataDirectory(environment);
  const database = await openDatabase<IssuerTables>({
    name: 'issuer',
    url: environment['DATABASE_URL'],
    dataDirectory: data,
    migrations: MIGRATIONS,
  });

  const envelope = createEnvelope(masterKey.derive('envelope:issuer'));
  const hash = createKeyedHash(masterKey.derive('issuer:keyed-hash'));
  const adapter = createRecords({ database, envelope, hash });
  const keys = createKeyStore({ database, envelope, overlapSeconds: configuration.keys.overlapSeconds });
  // Before anything is added: another master key than the store's shows here.
  const initial = await keys.load();

  const cost = configuration.seedsDevelopment ? SEED_COST : FULL_COST;
  const accounts = await createAccounts({ database, envelope, hash, cost });
  if (configuration.isProduction && (await accounts.hasSeeded())) {
    throw new StartupError(
      "The issuer's store holds development personas, whose passwords can be derived",
      'name an empty data folder or database for production',
    );
  }
  const services = configuration.seedsDevelopment ? await seedDevelopment(accounts, masterKey, data) : [];

  const provide = (generations: readonly KeyGeneration[]) =>
    reportEvents(createProvider({ configuration, adapter, accounts, services, keys: generations }), log);
  let provider = provide(initial);
  const rotation = startRotation(
    {
      keys,
      ...configuration.keys,
      onChange: (generations) => {
        provider = provide(generations);
        log.info({ event: 'keys changed', generations: generations.map(({ generation }) => generation) });
      },
      onError: (err) => log.error({ event: 'key rotation failed', err }),
    },
    initial,
  );

  const guesses = countGuesses(configuration.guesses);
  const app = await createServer({
    configuration,
    provider: () => provider,
    authentication: createAuthentication(accounts, guesses),
    guesses,
    isReady: () =>
      sql`select 1`.execute(database).then(
        () => true,
        () => false,
      ),
    log,
  });
  const cleaning = setInterval(() => {
    deleteExpiredRecords(database).catch((err: unknown) => log.error({ event: 'cleaning failed', err }));
  }, CLEANING_MILLISECONDS).unref();
  await app.listen({ host: configuration.host, port: configuration.port });
  log.info({ event: 'listening', port: configuration.port });

  return {
    async stop() {
      clearInterval(cleaning);
      rotation.stop();
      await app.close();
      await database.destroy();
    },
  };
});
