/** All recurring work of the directory. */
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { measureOutdated } from '@commonhold/platform/secrets/outdated.ts';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { currentBriefing } from '../briefing/briefing.ts';
import type { Tables } from '../database/tables.ts';
import { createOwnerTransactions, createTenantTransactions } from '../database/tenant-transaction.ts';
import { deliveryJobs } from '../delivery/jobs.ts';
import type { MailServer } from '../delivery/mail.ts';
import { forgetOldChanges } from '../records/access-changes.ts';
import { tellOfBrokenGlass } from '../records/break-glass-reviews.ts';
import { tellOfDueBriefings } from '../records/briefings.ts';
import { tellOfEndingGrants } from '../records/ending-grants.ts';
import { forgetOldOrders } from '../records/given-orders.ts';
import { removeOldInvitations } from '../records/invitations.ts';
import { endLetters } from '../records/letters.ts';
import { removeOldNotices } from '../records/own-notices.ts';
import { removeOldRequests } from '../records/recovery-requests.ts';
import { resealAll } from '../records/resealing.ts';
import { endReview } from '../records/review-ends.ts';
import { keepReviewsGoing } from '../records/review-schedule.ts';
import { forEachCompany } from './companies.ts';
import type { RecurringJob } from './recurring.ts';

export interface RecurringParts {
  /** As the owner of the tables. */
  readonly database: Kysely<Tables>;
  readonly envelope: Envelope;
  readonly metrics: Registry;
  /** undefined: notices are read in GraphQL alone. */
  readonly mailServer: MailServer | undefined;
  /** Whether webhooks may go to addresses inside, as in development. */
  readonly isPrivateAllowed: boolean;
  /** Is told when a job has changed somebody's access. */
  readonly onAccessChanged: () => Promise<void>;
}

export interface RecurringWork {
  readonly jobs: readonly RecurringJob[];
  /** Closes connections, after the last run has ended. */
  close(): Promise<void>;
}

export function recurringWork(parts: RecurringParts): RecurringWork {
  const { database, envelope, metrics, onAccessChanged } = parts;
  const { version } = currentBriefing();
  /** May do what a request may. */
  const inTenant = createTenantTransactions(database, onAccessChanged);
  /** May also remove rows. */
  const asOwner = createOwnerTransactions(database, onAccessChanged);
  const delivery = deliveryJobs({ ...parts, asOwner });
  const outdated = measureOutdated(metrics, 'directory', envelope);
  return {
    jobs: [
      ...delivery.jobs,
      {
        name: 'tell-of-ending-grants',
        everySeconds: 3_600,
        run: (signal) =>
          forEachCompany(database, signal, (tenant) => inTenant(tenant, (t) => tellOfEndingGrants(t, tenant))),
      },
      {
        name: 'end-reviews',
        everySeconds: 30,
        run: (signal) => forEachCompany(database, signal, (tenant) => inTenant(tenant, (t) => endReview(t, tenant))),
      },
      {
        name: 'keep-reviews-going',
        everySeconds: 3_600,
        run: (signal) =>
          forEachCompany(database, signal, (tenant) => inTenant(tenant, (t) => keepReviewsGoing(t, tenant))),
      },
      {
        name: 'tell-of-broken-glass',
        everySeconds: 600,
        run: (signal) =>
          forEachCompany(database, signal, (tenant) => inTenant(tenant, (t) => tellOfBrokenGlass(t, tenant))),
      },
      {
        name: 'seal-anew',
        everySeconds: 10,
        run: (signal) => outdated.look(() => resealAll(database, asOwner, envelope, signal)),
      },
      {
        name: 'tell-of-due-briefings',
        everySeconds: 3_600,
        run: (signal) =>
          forEachCompany(database, signal, (tenant) => inTenant(tenant, (t) => tellOfDueBriefings(t, tenant, version))),
      },
      {
        name: 'remove-old-notices',
        everySeconds: 3_600,
        run: (signal) =>
          forEachCompany(database, signal, (tenant) =>
            asOwner(tenant, async (transaction) => {
              await endLetters(transaction, tenant);
              await removeOldNotices(transaction, tenant);
            }),
          ),
      },
      {
        name: 'forget-old-orders',
        everySeconds: 3_600,
        run: (signal) =>
          forEachCompany(database, signal, (tenant) =>
            asOwner(tenant, async (transaction) => {
              await forgetOldOrders(transaction, tenant);
              await removeOldInvitations(transaction, tenant);
              await removeOldRequests(transaction, tenant);
            }),
          ),
      },
      {
        name: 'forget-old-access-changes',
        everySeconds: 3_600,
        run: (signal) =>
          forEachCompany(database, signal, (tenant) => asOwner(tenant, (t) => forgetOldChanges(t, tenant))),
      },
    ],
    close: () => delivery.close(),
  };
}
