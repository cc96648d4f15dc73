/** The recurring work by which notices and letters leave the house. */
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import type { Tables } from '../database/tables.ts';
import type { InTenant } from '../database/tenant-transaction.ts';
import type { RecurringWork } from '../recurring/jobs.ts';
import type { RecurringJob } from '../recurring/recurring.ts';
import { createMailOutbox, type MailServer } from './mail.ts';
import { measureDeliveries } from './metrics.ts';
import { deliverDue, type Outbox, PATIENCE, type Patience } from './outbox.ts';
import { postNotices } from './post-notices.ts';
import { createWebhookOutbox } from './webhooks.ts';

export interface DeliveryOptions {
  readonly database: Kysely<Tables>;
  readonly asOwner: InTenant;
  readonly envelope: Envelope;
  readonly metrics: Registry;
  readonly mailServer: MailServer | undefined;
  readonly isPrivateAllowed: boolean;
  readonly patience?: Patience;
}

const EVERY_SECONDS = 2;

export function deliveryJobs(options: DeliveryOptions): RecurringWork {
  const { database, asOwner, envelope, mailServer, patience = PATIENCE } = options;
  const observe = measureDeliveries(database, options.metrics);
  const mail = mailServer && createMailOutbox(mailServer, asOwner, envelope);
  const webhooks = createWebhookOutbox(options);
  const job = (name: string, outbox: Outbox): RecurringJob => ({
    name,
    everySeconds: EVERY_SECONDS,
    run: (signal) => {
      const parts = { database, asOwner, patience, observe: observe.bind(undefined, outbox.table) };
      return deliverDue(outbox, parts, signal);
    },
  });
  return {
    jobs: [
      {
        name: 'post-notices',
        everySeconds: EVERY_SECONDS,
        run: (signal) => postNotices({ database, asOwner, envelope, isMailed: mail !== undefined }, signal),
      },
      ...(mail ? [job('deliver-mail', mail)] : []),
      job('deliver-webhooks', webhooks),
    ],
    close: async () => {
      mail?.close();
      await webhooks.close();
    },
  };
}
