/**
 * Webhooks of a sandbox partner: signed by the library of the Standard Webhooks specification, with both keys while they are
 * rotated, and sent again, ever later, until they are taken.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '@commonhold/platform/log.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import type { SendWebhook } from './changes.ts';

export interface WebhookSender {
  readonly send: SendWebhook;
  stop(): Promise<void>;
}

export interface WebhookSenderOptions {
  /** Such as `https://localhost:4206/webhooks`; undefined: nobody is there yet. */
  readonly url: () => string | undefined;
  /** Whose authority the door's certificate has to come from. */
  readonly identity: ServiceIdentity;
  /** The keys of each company, the newest first. */
  readonly keys: ReadonlyMap<string, () => readonly string[]>;
  readonly log: Log;
}

const PAUSES_MILLISECONDS = [100, 500, 2_000, 5_000, 10_000, 30_000, 60_000];
const TIMEOUT_MILLISECONDS = 5_000;
const GREATEST_UNDER_WAY = 1_000;
const TAKEN = new Set([202, 409]);

export function createWebhookSender({ url, identity, keys, log }: WebhookSenderOptions): WebhookSender {
  const stopping = new AbortController();
  const { signal } = stopping;
  const open = (): Agent => new Agent({ connect: { ca: identity.now().authority } });
  let dispatcher = open();
  identity.onChange(() => {
    void dispatcher.close();
    dispatcher = open();
  });
  const underWay = new Set<Promise<void>>();

  async function attempt(company: string, id: string, body: string): Promise<boolean> {
    const address = url();
    if (address === undefined) return false;
    const now = new Date();
    const signatures = (keys.get(company)?.() ?? []).map((key) => new Webhook(key).sign(id, now, body));
    const answer = await request(address, {
      dispatcher,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': signatures.join(' '),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]),
    });
    await answer.body.dump();
    return TAKEN.has(answer.statusCode);
  }

  async function deliver(company: string, id: string, body: string): Promise<void> {
    for (const pause of [...PAUSES_MILLISECONDS, 0]) {
      if (await attempt(company, id, body).catch(() => false)) return;
      if (signal.aborted) return;
      await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
    log.warn({ event: 'webhook given up', company, webhook: id });
  }

  return {
    send: (company, id, event) => {
      if (underWay.size >= GREATEST_UNDER_WAY) return;
      const delivery = deliver(company, id, JSON.stringify(event)).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(underWay);
      await dispatcher.destroy();
    },
  };
}
