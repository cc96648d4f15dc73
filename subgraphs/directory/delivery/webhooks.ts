/**
 * Webhooks as the Standard Webhooks specification has them: signed with the company's secret, and with the one before
 * while a rotation lasts. Never redirected, never answered for long.
 */

import { lookUpOutside, problemOfAddress } from '@commonhold/platform/internet-addresses.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { Webhook } from 'standardwebhooks';
import { Agent } from 'undici';
import type { InTenant } from '../database/tenant-transaction.ts';
import { openSecrets } from '../records/webhooks.ts';
import type { Attempt, Outbox, Waiting } from './outbox.ts';

export interface WebhookOptions {
  readonly asOwner: InTenant;
  readonly envelope: Envelope;
  /** Whether addresses inside may be called, as in development. */
  readonly isPrivateAllowed: boolean;
}

export interface WebhookOutbox extends Outbox {
  close(): Promise<void>;
}

const TIMEOUT_MILLISECONDS = 10_000;
const LARGEST_ANSWER_BYTES = 64 * 1024;

export function createWebhookOutbox({ asOwner, envelope, isPrivateAllowed }: WebhookOptions): WebhookOutbox {
  const agent = new Agent({
    headersTimeout: TIMEOUT_MILLISECONDS,
    bodyTimeout: TIMEOUT_MILLISECONDS,
    maxResponseSize: LARGEST_ANSWER_BYTES,
    connect: { timeout: TIMEOUT_MILLISECONDS, ...(!isPrivateAllowed && { lookup: lookUpOutside }) },
  });
  return {
    table: 'webhook_delivery',
    attempt: async (waiting) => {
      const call = await readCall(asOwner, waiting);
      if (!call) return 'expired';
      if (problemOfAddress(call.url, isPrivateAllowed)) return 'refused';
      const secrets = await openSecrets(envelope, waiting.tenant, call);
      const { origin, pathname, search } = new URL(call.url);
      const { statusCode, body } = await agent.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed(secrets, waiting.key, call.payload, new Date()) },
        body: call.payload,
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
      await body.dump({ limit: LARGEST_ANSWER_BYTES });
      return statusCode >= 200 && statusCode < 300 ? 'delivered' : ('failed' satisfies Attempt);
    },
    close: () => agent.close(),
  };
}

function signed(secrets: readonly string[], id: string, payload: string, at: Date): Readonly<Record<string, string>> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, payload)).join(' '),
  };
}

/** undefined: the webhook was removed meanwhile. */
function readCall(asOwner: InTenant, { tenant, key }: Waiting) {
  return asOwner(tenant, async (transaction) => {
    const row = await transaction
      .selectFrom('webhook_delivery')
      .innerJoin('webhook', (join) =>
        join
          .onRef('webhook.tenant', '=', 'webhook_delivery.tenant')
          .onRef('webhook.key', '=', 'webhook_delivery.webhook'),
      )
      .select([
        'webhook.key',
        'webhook.url',
        'webhook.sealed_secret as sealedSecret',
        'webhook.sealed_previous_secret as sealedPreviousSecret',
        'webhook.previous_until as previousUntil',
        'webhook_delivery.payload',
      ])
      .where('webhook_delivery.tenant', '=', tenant)
      .where('webhook_delivery.key', '=', key)
      .executeTakeFirst();
    const { sealedSecret } = row ?? {};
    return row && sealedSecret != null ? { ...row, sealedSecret } : undefined;
  });
}
