/** The embedded OpenID provider, a process of its own. Composition root: configuration → parts → listen → drain. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { followAccess } from '@commonhold/platform/access-feed/follow.ts';
import { readStaleSeconds } from '@commonhold/platform/access-feed/known-versions.ts';
import { dataDirectory } from '@commonhold/platform/addresses.ts';
import { openDatabase } from '@commonhold/platform/database/open.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { type Running, runProcess } from '@commonhold/platform/process.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { createHeldKeys } from '@commonhold/platform/secrets/held-keys.ts';
import { measureSecrets } from '@commonhold/platform/secrets/metrics.ts';
import { openProcessSecrets } from '@commonhold/platform/secrets/process-secrets.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { followIdentity } from '@commonhold/platform/tls/follow-identity.ts';
import { openMetricsDoor } from '@commonhold/platform/tls/metrics-door.ts';
import { sql } from 'kysely';
import { Registry } from 'prom-client';
import { createAppSection } from './account/app-section.ts';
import { createPasskeysSection } from './account/passkeys-section.ts';
import { createSessionsSection } from './account/sessions-section.ts';
import { createFindVisitor } from './account/visitor.ts';
import { readIssuerConfiguration } from './configuration.ts';
import { connectDirectory } from './directory/directory.ts';
import { directoryMessage, tellDirectory } from './directory/directory-messages.ts';
import { createNotices } from './directory/notices.ts';
import { askDirectory } from './directory/standing.ts';
import { createWaysIn } from './enrolment/ways-in.ts';
import { askCompanyProviders } from './federation/company-provider.ts';
import { openProviderCalls } from './federation/provider-call.ts';
import { createRelyingParty } from './federation/relying-party.ts';
import { CALLBACK_PATH } from './federation/routes.ts';
import { createKeyStore, type KeyGeneration } from './keys/generations.ts';
import { startResealing } from './keys/resealing.ts';
import { startRotation } from './keys/rotation.ts';
import { createAuthentication } from './login/authentication.ts';
import { countGuesses } from './login/guesses.ts';
import { createNewApps } from './login/new-app.ts';
import { logoutMessage } from './logout/logout-message.ts';
import { createClientTelling } from './logout/tell-clients.ts';
import { createCeremonies } from './passkeys/ceremonies.ts';
import { createChallenges } from './passkeys/challenges.ts';
import { createStoredPasskeys } from './passkeys/stored-passkeys.ts';
import { NotToldYet, type PresentedTokens, readOwnToken, withPresentedTokens } from './protocol/presented-token.ts';
import { createProvider } from './protocol/provider.ts';
import { reportEvents } from './protocol/report-events.ts';
import { endWholeLogouts } from './protocol/whole-logout.ts';
import { seedDevelopment } from './seed.ts';
import { createServer } from './server.ts';
import { openDoorForServices } from './services-door.ts';
import { createDevices } from './sessions/devices.ts';
import { endInactive } from './sessions/end-inactive.ts';
import { createEndings } from './sessions/endings.ts';
import { createLoginSessions } from './sessions/login-sessions.ts';
import { openOutbox } from './sessions/outbox.ts';
import { createAccountSecrets } from './store/account-secrets.ts';
import { createAccounts } from './store/accounts.ts';
import { createEnrolments } from './store/enrolments.ts';
import { createKeyedHash } from './store/keyed-hash.ts';
import { createOwnFactors } from './store/own-factors.ts';
import { FULL_COST, SEED_COST } from './store/passwords.ts';
import { createRecords, deleteExpiredRecords } from './store/records.ts';
import { type IssuerTables, MIGRATIONS } from './store/tables.ts';

/** Unlike the directory, a client is somebody else's. */
const CLIENT_RETRY_MILLISECONDS = 5_000;
/** Whoever asks for recovery is on the telephone soon after. */
const RECOVERY_MESSAGE_MILLISECONDS = 60 * 60_000;
const CLEANING_MILLISECONDS = 10 * 60_000;

await runProcess('issuer', async (): Promise<Running> => {
  const log = createLog('issuer', process.env);
  const { secrets, masterKey, servers } = await openProcessSecrets(process.env, log);
  const configuration = readIssuerConfiguration(process.env);
  const data = dataDirectory(process.env);
  const database = await openDatabase<IssuerTables>({
    name: 'issuer',
    url: servers.database,
    dataDirectory: data,
    migrations: MIGRATIONS,
  });

  const envelope = createEnvelope(masterKey.ring('envelope:issuer'));
  const keys = createKeyStore({ database, envelope, overlapSeconds: configuration.keys.overlapSeconds });
  // Before anything is added: another master key than the store's shows here.
  const initial = await keys.load();
  const heldKey = createHeldKeys({ database, envelope, masterKey });
  const hash = createKeyedHash(await heldKey('issuer:keyed-hash'));

  const identity = await followIdentity('issuer', configuration.tlsDirectory, masterKey, secrets);
  const directory = connectDirectory(configuration.directoryOrigin, identity);
  const outbox = openOutbox({
    database,
    recipient: 'directory',
    message: directoryMessage,
    send: (message) => tellDirectory(directory, message),
    onFailure: (err) => log.error({ event: 'directory not told', err }),
    onRecovery: () => log.info({ event: 'directory told again' }),
  });
  let published = initial;
  const clients = createClientTelling({
    issuer: configuration.url,
    addresses: configuration.logoutAddresses,
    signingKey: () => published[0]?.signingKey,
    isPrivateAllowed: !configuration.isProduction,
  });
  const logouts = openOutbox({
    database,
    recipient: 'clients',
    message: logoutMessage,
    retryMilliseconds: CLIENT_RETRY_MILLISECONDS,
    send: (message) => clients.tell(message),
    onFailure: (err) => log.error({ event: 'client not told of a logout', err }),
    onRecovery: () => log.info({ event: 'client told again' }),
  });
  const isTold = (clientId: string): boolean => configuration.logoutAddresses.has(clientId);
  const endings = createEndings({ database, outbox, logouts, isTold });
  const sessions = createLoginSessions(database, hash);
  const { isActive, isRemoved } = askDirectory(directory);
  const feed = followAccess({
    directoryUrl: configuration.directoryOrigin,
    identity,
    staleSeconds: readStaleSeconds(process.env),
  });
  const inactive = endInactive({
    feed,
    sessions,
    endings,
    isActive,
    onError: (err) => log.error({ event: 'who is suspended is not known', err }),
  });
  const presented: PresentedTokens = new AsyncLocalStorage();
  const records = createRecords({
    database,
    envelope,
    hash,
    onGrantEnd: async (grantHash) => {
      const isTold = await endings.endLogin(grantHash);
      if (!isTold && presented.getStore()) throw new NotToldYet();
    },
  });
  const adapter = withPresentedTokens(records, presented, endings);

  const notices = createNotices(outbox);
  const cost = configuration.seedsDevelopment ? SEED_COST : FULL_COST;
  const accountSecrets = createAccountSecrets({ envelope, hash, cost });
  const accounts = await createAccounts(database, accountSecrets, notices);
  if (configuration.isProduction && (await accounts.hasSeeded())) {
    throw new StartupError(
      "The issuer's store holds development personas, whose passwords can be derived",
      'name an empty data folder or database for production',
    );
  }
  const services = configuration.seedsDevelopment ? await seedDevelopment(accounts, masterKey, process.env, data) : [];

  const nonceKey = await heldKey('issuer:dpop-nonce');
  const provide = (generations: readonly KeyGeneration[]) => {
    const options = { configuration, adapter, accounts, sessions, isActive, services, keys: generations, nonceKey };
    return reportEvents(endWholeLogouts(createProvider(options), sessions, endings), log);
  };
  let provider = provide(initial);
  const metrics = new Registry();
  measureSecrets(metrics, secrets, [
    {
      name: 'issuer-signing-key',
      madeAt: () => published.map(({ createdAt }) => createdAt).sort((one, other) => Number(other) - Number(one)),
    },
  ]);
  const rotation = startRotation(
    {
      keys,
      ...configuration.keys,
      onChange: (generations) => {
        provider = provide(generations);
        published = generations;
        log.info({ event: 'keys changed', generations: generations.map(({ generation }) => generation) });
      },
      onError: (err) => log.error({ event: 'key rotation failed', err }),
    },
    initial,
  );

  const activeTenantOf = async (subject: string, loggedInAt?: number): Promise<string | undefined> => {
    const tenant = await accounts.tenantOf(subject);
    return tenant !== undefined && (await isActive(tenant, subject, loggedInAt)) ? tenant : undefined;
  };
  const providerCalls = openProviderCalls(!configuration.isProduction);
  const guesses = countGuesses(configuration.guesses);
  const passkeys = createStoredPasskeys({ database, envelope, hash, notices });
  const ceremonies = createCeremonies({
    relyingParty: configuration.passkeys,
    challenges: createChallenges(database, hash),
    passkeys,
    hash,
  });
  const enrolments = createEnrolments({ database, secrets: accountSecrets, passkeys, notices });
  const newApps = createNewApps(envelope);
  const devices = createDevices({
    database,
    hash,
    sign: createKeyedHash(await heldKey('issuer:device-cookie')),
    notices,
    isSecure: configuration.isProduction,
  });
  const app = await createServer({
    configuration,
    provider: () => provider,
    authentication: createAuthentication(accounts, guesses),
    ceremonies,
    passkeys,
    mayLogIn: async (subject) => (await activeTenantOf(subject)) !== undefined,
    guesses,
    devices,
    tokens: {
      presented,
      read: (token) =>
        readOwnToken(token, {
          issuer: configuration.url,
          audience: configuration.audience,
          keys: published.map(({ signingKey }) => signingKey),
        }),
      isInForce: async ({ tenant, sub, jti, session, loggedInAt }) =>
        !(await endings.hasEnded({ token: jti, session })) && (await isActive(tenant, sub, loggedInAt)),
    },
    lost: {
      accounts,
      askForRecovery: async (tenant, subject, code) => {
        const until = new Date(Date.now() + RECOVERY_MESSAGE_MILLISECONDS);
        await outbox.add(database, { path: '/recovery', tenant, subject, body: { code } }, until);
      },
    },
    enrolments: createWaysIn({ directory, isRemoved, accounts, enrolments, endings, newApps }),
    account: {
      issuer: configuration.url,
      freshSeconds: configuration.freshSeconds,
      findVisitor: createFindVisitor({
        provider: () => provider,
        sessions,
        activeTenantOf,
        formKey: await heldKey('issuer:account-form'),
      }),
      sections: [
        createPasskeysSection({ ceremonies, passkeys }),
        createAppSection({
          newApps,
          factors: createOwnFactors({ database, secrets: accountSecrets, notices }),
        }),
        createSessionsSection({
          sessions,
          endings,
          clientName: async (clientId) => (await provider.Client.find(clientId))?.clientName ?? clientId,
        }),
      ],
    },
    federation: {
      providers: askCompanyProviders(directory),
      relyingParty: createRelyingParty({
        redirectUri: (tenant) => `${configuration.url}${CALLBACK_PATH}/${tenant}`,
        signingKey: () => published[0]?.signingKey,
        call: providerCalls.call,
        isPlainAllowed: !configuration.isProduction,
      }),
      accounts,
      hash,
    },
    isReady: () =>
      sql`select 1`.execute(database).then(
        () => true,
        () => false,
      ),
    log,
  });
  const resealing = startResealing({ database, envelope, metrics, log });
  const cleaning = setInterval(() => {
    deleteExpiredRecords(database).catch((err: unknown) => log.error({ event: 'cleaning failed', err }));
  }, CLEANING_MILLISECONDS).unref();
  await app.listen({ host: configuration.host, port: configuration.port });
  const servicesDoor = await openDoorForServices(app, configuration, { masterKey, secrets });
  const { host, metricsPort: port } = configuration;
  const { contentType } = metrics;
  const metricsDoor =
    port === undefined
      ? undefined
      : await openMetricsDoor({ identity, host, port, metrics: { contentType, render: () => metrics.metrics() } });
  log.info({ event: 'listening', port: configuration.port });

  return {
    async stop() {
      clearInterval(cleaning);
      rotation.stop();
      await feed.close();
      await inactive.stop();
      outbox.stop();
      logouts.stop();
      await resealing.stop();
      await Promise.all([app.close(), servicesDoor?.stop(), metricsDoor?.stop()]);
      await Promise.all([directory.close(), providerCalls.close(), clients.close()]);
      await database.destroy();
      secrets.close();
    },
  };
});
