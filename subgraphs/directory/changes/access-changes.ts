/**
 * Tells gateways and subgraphs of each change of access.
 *
 * What has changed is read from the database: when this replica changed something itself, when another one says that
 * something happened, and twice a second in any case. So no word between replicas has to be relied on, and what is told
 * is what is. While the database doesn't answer, no heartbeat is told: whoever follows knows that it knows no more.
 */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createPublisher, type Publisher } from '@commonhold/platform/access-feed/publisher.ts';
import type { Log } from '@commonhold/platform/log.ts';
import type { ServerAddress } from '@commonhold/platform/secrets/server-passwords.ts';
import { openSignals } from '@commonhold/platform/signals/signals.ts';
import type { Kysely } from 'kysely';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Tables } from '../database/tables.ts';

export interface AccessChanges {
  /** Who follows them. */
  readonly publisher: Publisher;
  /**
   * This replica has changed access of somebody. Resolves when that has been told to its followers, so that whoever changed
   * it learns that it is done after they do; other replicas are told of it meanwhile.
   */
  noted(): Promise<void>;
  stop(): Promise<void>;
}

export interface AccessChangesParts {
  /** As the owner of the tables, who alone sees the changes of all companies. */
  readonly database: Kysely<Tables>;
  /** How replicas hear of each other; without either there is one alone. Redis goes first. */
  readonly redisUrl: ServerAddress | undefined;
  readonly databaseUrl: ServerAddress | undefined;
  readonly staleSeconds: number;
  readonly log: Log;
  /** Tells `directory_access_age_seconds` and counts `directory_access_changes_total`. */
  readonly metrics: Registry;
}

const BEAT_MILLISECONDS = 500;

/**
 * Resolves when it knows from where on to tell.
 *
 * @throws {StartupError} when `redisUrl` is none
 * @throws {Error} when the database doesn't answer
 */
export async function startAccessChanges(parts: AccessChangesParts): Promise<AccessChanges> {
  const { database, log } = parts;
  const publisher = createPublisher(parts.staleSeconds);
  const count = measure(publisher, parts.metrics);
  let seen = await readVersions(database);
  for (const { tenant, version } of seen) publisher.set(tenant, version);
  publisher.beat(performance.now());
  let isStopping = false;
  let isFailing = false;

  async function tellAll(): Promise<void> {
    const asOf = performance.now();
    const versions = await readVersions(database);
    if (seen.some(({ tenant, version }) => version > versionIn(versions, tenant))) {
      // The database was put back to an earlier state: nothing that anybody knows of it holds.
      publisher.cut();
      for (const { tenant, version } of versions) publisher.set(tenant, version);
    }
    seen = versions;
    for (const { tenant, version } of versions) count(await tellCompany(database, publisher, tenant, version));
    publisher.beat(asOf);
    isFailing = false;
  }

  const report = (error: unknown): void => {
    if (!isFailing) log.error({ err: error }, 'changes of access cannot be read');
    isFailing = true;
  };

  let under = Promise.resolve();
  let next: Promise<void> | undefined;
  /** Whoever asks while it is being told is told by the next turn, all of them by one. */
  const turn = (): Promise<void> => {
    next ??= under.then(() => {
      next = undefined;
      under = isStopping ? Promise.resolve() : tellAll().catch(report);
      return under;
    });
    return next;
  };

  const look = (): void => void turn();
  const signals = await openSignals({ ...parts, name: 'access-changes' }, look);
  const beating = setInterval(look, BEAT_MILLISECONDS).unref();
  return {
    publisher,
    noted: () => {
      signals.send();
      return turn();
    },
    stop: async () => {
      isStopping = true;
      clearInterval(beating);
      await signals.close();
      publisher.cut();
      await turn();
    },
  };
}

function measure(publisher: Publisher, metrics: Registry): (changes: number) => void {
  new Gauge({
    name: 'directory_access_age_seconds',
    help: 'How old what this replica knows of changes of access is',
    registers: [metrics],
    collect() {
      this.set(publisher.ageSeconds());
    },
  });
  const changes = new Counter({
    name: 'directory_access_changes_total',
    help: 'Changes of access that this replica has told of',
    registers: [metrics],
  });
  return (count) => changes.inc(count);
}

interface CompanyVersion {
  readonly tenant: TenantId;
  readonly version: number;
}

async function readVersions(database: Kysely<Tables>): Promise<readonly CompanyVersion[]> {
  const rows = await database.selectFrom('access_version').selectAll().execute();
  return rows.map(({ tenant, version }) => ({ tenant, version: Number(version) }));
}

/** A company of which nothing was ever changed isn't there. */
function versionIn(versions: readonly CompanyVersion[], tenant: TenantId): number {
  return versions.find((company) => company.tenant === tenant)?.version ?? 0;
}

const GREATEST_GAP = 1_000;

/** @returns how many versions were told */
async function tellCompany(
  database: Kysely<Tables>,
  publisher: Publisher,
  tenant: TenantId,
  version: number,
): Promise<number> {
  const told = publisher.versionOf(tenant);
  if (told === version) return 0;
  const changes = await database
    .selectFrom('access_change')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('version', '>', String(told))
    .where('version', '<=', String(version))
    .orderBy('version')
    .limit(GREATEST_GAP)
    .execute();
  // What isn't in the record any more may have been anything.
  if (changes.length !== version - told) publisher.publish(tenant, version, { kind: 'everything' });
  else for (const change of changes) publisher.publish(tenant, Number(change.version), changeOf(change));
  return version - told;
}

function changeOf({ kind, key }: { readonly kind: 'subject' | 'session' | 'token'; readonly key: string }) {
  switch (kind) {
    case 'subject':
      return { kind, subject: key };
    case 'session':
      return { kind, session: key };
    case 'token':
      return { kind, token: key };
  }
}
