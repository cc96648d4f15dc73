/** For tests: webhooks as a partner sends them, signed by the specification's own library, or as somebody else would. */
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';

export interface WebhookCall {
  readonly body: string;
  /** `whsec_…` */
  readonly key: string;
  readonly id?: string;
  readonly at?: Date;
  /** Other headers than what was signed; undefined: without it. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Another body than what was signed. */
  readonly sent?: string;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly body: string;
}

/** @param identity whose authority the door's certificate comes from */
export function createWebhookCaller(
  url: string,
  identity: ServiceIdentity,
): { call(call: WebhookCall): Promise<WebhookAnswer>; close(): Promise<void> } {
  const dispatcher = new Agent({ connect: { ca: identity.authority } });
  return {
    call: async ({ body, key, id = crypto.randomUUID(), at = new Date(), headers = {}, sent = body }) => {
      const all = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(key).sign(id, at, body),
        ...headers,
      };
      const answer = await request(url, { dispatcher, method: 'POST', headers: all, body: sent });
      return { status: answer.statusCode, body: await answer.body.text() };
    },
    close: () => dispatcher.close(),
  };
}
