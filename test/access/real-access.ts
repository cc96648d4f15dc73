/** Rights as they really are: a directory, and what a gateway makes of it that hears of changes over a line that breaks. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import {
  createOwnerTransactions,
  createTenantTransactions,
} from '@commonhold/directory/database/tenant-transaction.ts';
import { persona, reviewsIn } from '@commonhold/directory/testing/reviews.ts';
import { type StartedDirectory, startDirectory } from '@commonhold/directory/testing/start-directory.ts';
import { createDirectoryAccess } from '@commonhold/gateway/authentication/access.ts';
import { createKeptAccess } from '@commonhold/gateway/authentication/kept-access.ts';
import { openConnection } from '@commonhold/gateway/execution/connection.ts';
import { encodeId, residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { followAccess } from '@commonhold/platform/access-feed/follow.ts';
import { isRole, type Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { ProvideDatabase } from '../databases.ts';
import type { Model, ModelGrant } from './model.ts';

const COMPANY = 'northgate';
const TENANT = tenantId(COMPANY);
/** Who starts reviews. */
const OFFICER = 'northgate-security-officer';

export interface RealAccess {
  /** Id of the residence that grants by residences are for. */
  readonly residence: string;
  /** How often what was seen or done: roles in force, and each order by its name. */
  readonly seen: Map<string, number>;
  /** What a gateway takes somebody to be at this moment. */
  rolesOf(subject: string): Promise<readonly string[]>;
  /** @returns the grant's id; undefined: it was refused */
  grant(by: string, input: object): Promise<string | undefined>;
  /** Each tells whether it was done. */
  approve(by: string, grant: string): Promise<boolean>;
  revoke(by: string, grant: string): Promise<boolean>;
  suspend(by: string, subject: string): Promise<boolean>;
  reinstate(by: string, subject: string): Promise<boolean>;
  startReview(endsAt: string): Promise<boolean>;
  confirm(by: string, grant: string): Promise<boolean>;
  doRecurringWork(): Promise<void>;
  letPass(days: number): Promise<void>;
  loseMessages(): Promise<void>;
  /** Puts everything back to how it was in the beginning. @returns the model of that */
  begin(): Promise<Model>;
  stop(): Promise<void>;
}

/** @param provide the database */
export async function startRealAccess(provide: ProvideDatabase): Promise<RealAccess> {
  const started = await startDirectory(provide);
  const reviews = reviewsIn(started, COMPANY);
  const line = await openLine(started.port);
  const gateway = await started.identityOf('gateway');
  const feed = followAccess({ directoryUrl: `https://localhost:${line.port}`, identity: gateway, staleSeconds: 5 });
  const connection = openConnection({ identity: gateway, peer: 'directory' });
  const askAccess = createKeptAccess({
    ask: createDirectoryAccess(`https://localhost:${started.port}`, connection, gateway),
    feed,
    observe: { accessAnswered: () => undefined, accessChanged: () => undefined },
  });
  await feed.heard(10_000);
  const asOwner = createOwnerTransactions(started.database);
  const seen = new Map<string, number>();
  const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  const isDone = async (by: string, name: string, input: object, selection: string): Promise<boolean> => {
    const { payload, error } = await reviews.order(claimsOf(by), name, input, selection);
    const wasDone = error === undefined && Object.values(payload ?? {}).every((value) => value !== null);
    if (wasDone) note(name);
    return wasDone;
  };
  const idOf = (type: string, key: string): string => encodeId({ tenant: TENANT, type, residence: undefined, key });

  return {
    residence: residenceId(TENANT, residenceKey(`${COMPANY}-p01-r02`)),
    seen,
    rolesOf: async (subject) => {
      const question = {
        tenant: COMPANY,
        subject,
        tokenId: 'token',
        session: undefined,
        loggedInAt: undefined,
        requestId: 'model',
      };
      const access = await askAccess(question);
      const roles = access.kind === 'active' ? access.grants.map(({ role }) => role) : [];
      for (const role of roles) note(role);
      return roles;
    },
    grant: async (by, input) => {
      const order = { reason: 'Tried against a model', ...input };
      const { payload } = await reviews.order(claimsOf(by), 'grantRole', order, 'grant { id }');
      const grant = payload?.['grant'];
      if (typeof grant !== 'object' || grant === null || !('id' in grant)) return undefined;
      note('grantRole');
      return String(grant.id);
    },
    approve: (by, grant) => isDone(by, 'approveGrant', { grant }, 'grant { id }'),
    revoke: (by, grant) => isDone(by, 'revokeGrant', { grant }, 'grant { id }'),
    suspend: (by, subject) =>
      isDone(
        by,
        'suspendPerson',
        { person: idOf('Person', subject), reason: 'Tried against a model' },
        'person { id }',
      ),
    reinstate: (by, subject) => isDone(by, 'reinstatePerson', { person: idOf('Person', subject) }, 'person { id }'),
    startReview: async (endsAt) => {
      const terms = { name: 'Tried against a model', endsAt };
      const { payload } = await reviews.order(claimsOf(OFFICER), 'startReview', terms, 'started');
      if (payload?.['started'] === true) note('startReview');
      return payload?.['started'] === true;
    },
    confirm: async (by, grant) => {
      const campaign = await openCampaign(started);
      if (campaign === undefined) return false;
      const items = await reviews.itemsOf(idOf('ReviewCampaign', campaign));
      const item = items.find((one) => one.grant.id === grant);
      if (!item) return false;
      const [result] = await reviews.decide(claimsOf(by), [{ item: item.id, decision: 'KEEP' }]).catch(() => []);
      const isKept = result?.problem === null && result.item?.state === 'KEPT';
      if (isKept) note('decideReviewItems');
      return isKept;
    },
    doRecurringWork: async () => {
      await reviews.end();
      await reviews.keepGoing();
    },
    letPass: async (days) => {
      await asOwner(TENANT, async (transaction) => {
        const span = sql`make_interval(days => ${days}::integer)`;
        await sql`
          update role_grant set since = since - ${span}, until = until - ${span}, approved_at = approved_at - ${span},
            revoked_at = revoked_at - ${span}, confirm_by = confirm_by - ${span}`.execute(transaction);
        await sql`
          update review_campaign set started_at = started_at - ${span}, ends_at = ends_at - ${span},
            closed_at = closed_at - ${span}`.execute(transaction);
        await sql`update account set suspended_at = suspended_at - ${span}`.execute(transaction);
      });
      // A gateway's own clock would have gone on, too: what it keeps has run out.
      await line.breakFor(0);
      await feed.heard(10_000);
    },
    loseMessages: () => line.breakFor(50),
    begin: async () => {
      await reviews.forget();
      await asOwner(TENANT, async (transaction) => {
        await sql`
          update role_grant set since = now() - interval '1 day', until = now() + interval '60 days'`.execute(
          transaction,
        );
        await sql`
          update account set suspended_at = null
          where kind = 'person' and exists (
            select from role_grant where role_grant.tenant = account.tenant and role_grant.subject = account.subject
          )`.execute(transaction);
      });
      await line.breakFor(0);
      await feed.heard(10_000);
      return describeAccess(started);
    },
    stop: async () => {
      await feed.close();
      await connection.close();
      await line.close();
      await started.stop();
    },
  };
}

function claimsOf(subject: string): SubgraphClaims {
  const role = subject
    .slice(COMPANY.length + 1)
    .toUpperCase()
    .replaceAll('-', '_');
  if (!isRole(role)) throw new TypeError(`${subject} is no persona`);
  return persona(role, COMPANY);
}

async function openCampaign({ database }: StartedDirectory): Promise<string | undefined> {
  const campaign = await createTenantTransactions(database)(TENANT, (transaction) =>
    transaction.selectFrom('review_campaign').select('key').where('closed_at', 'is', null).executeTakeFirst(),
  );
  return campaign?.key;
}

async function describeAccess({ database }: StartedDirectory): Promise<Model> {
  return createTenantTransactions(database)(TENANT, async (transaction) => {
    const grants = await transaction.selectFrom('role_grant').selectAll().execute();
    const accounts = await transaction
      .selectFrom('account')
      .select('subject')
      .where('suspended_at', 'is not', null)
      .execute();
    const entries = grants.flatMap((row): readonly [string, ModelGrant][] => {
      if (!isRole(row.role)) return [];
      const id = encodeId({ tenant: TENANT, type: 'RoleGrant', residence: undefined, key: row.key });
      const role: Role = row.role;
      return [
        [
          id,
          {
            ...{ subject: row.subject, role, givenBy: row.granted_by },
            since: new Date(row.since).getTime(),
            until: new Date(row.until).getTime(),
            isApproved: !row.needs_approval || row.approved_at !== null,
            isRevoked: row.revoked_at !== null,
            confirmBy: row.confirm_by === null ? undefined : new Date(row.confirm_by).getTime(),
          },
        ],
      ];
    });
    return { grants: new Map(entries), suspended: new Set(accounts.map(({ subject }) => subject)) };
  });
}

interface Line {
  readonly port: number;
  /** Cuts it, and lets nobody through for a while. */
  breakFor(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** A way to `port` that can be cut. */
async function openLine(port: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let isBroken = false;
  const server = createServer((from) => {
    if (isBroken) return void from.destroy();
    const to = connect(port, 'localhost');
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    from.on('close', () => to.destroy());
    to.on('close', () => from.destroy());
    return void from.pipe(to).pipe(from);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    breakFor: async (milliseconds) => {
      isBroken = true;
      cut();
      await wait(milliseconds);
      isBroken = false;
    },
    close: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
