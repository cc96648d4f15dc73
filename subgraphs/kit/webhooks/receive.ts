/**
 * What becomes of a webhook, once its body has been read:
 *
 * 1. signature: the company is the one whose key verifies it, whatever the body says;
 * 2. time: what was signed longer ago than agreed, or later than now, is refused;
 * 3. rate: a company has as many as was agreed;
 * 4. replay: an id is taken once;
 * 5. the partner's event is taken in: see `../events/take-in.ts`.
 */
import type { ForgetfulReplayMemory } from '@commonhold/platform/replay/replay-memory.ts';
import type { RateLimiterMemory } from 'rate-limiter-flexible';
import type { TakeIn, TakenIn } from '../events/take-in.ts';
import type { TenantId } from '../tenancy/ids.ts';
import { readSigned, type SignatureScheme, type Webhook } from './scheme.ts';
import { type CompanyWebhookKeys, signingCompany } from './signature.ts';

export type WebhookOutcome =
  | TakenIn
  | 'unsigned'
  | 'skewed'
  | 'replayed'
  | 'too-large'
  | 'rate-limited'
  | 'unavailable';

export interface ReceiveParts {
  readonly scheme: SignatureScheme;
  readonly companies: readonly CompanyWebhookKeys[];
  readonly toleranceSeconds: number;
  readonly rate: RateLimiterMemory;
  readonly replay: ForgetfulReplayMemory;
  readonly takeIn: TakeIn;
}

export interface Received {
  readonly outcome: WebhookOutcome;
  /** Whose it is, and its id, once that is known. */
  readonly company?: TenantId;
  readonly id?: string;
}

const TIMESTAMP = /^[1-9]\d{8,11}$/;
const ID = /^[A-Za-z0-9_.:~-]{1,128}$/;

export async function receiveWebhook(
  { scheme, companies, toleranceSeconds, rate, replay, takeIn }: ReceiveParts,
  webhook: Webhook,
): Promise<Received> {
  const message = readSigned(scheme, webhook);
  const { id, timestamp } = message;
  if (!ID.test(id) || !TIMESTAMP.test(timestamp)) return { outcome: 'unsigned' };
  const company = signingCompany(message, companies);
  if (company === undefined) return { outcome: 'unsigned' };
  const known = { company, id };
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > toleranceSeconds) return { outcome: 'skewed', ...known };
  const isWithinRate = await rate.consume(company).then(
    () => true,
    () => false,
  );
  if (!isWithinRate) return { outcome: 'rate-limited', ...known };
  const use = `${company}/${id}`;
  try {
    // For longer than a signature is taken, whichever way the clocks differ.
    const isFirst = await replay.isFirstUse(use, 3 * toleranceSeconds * 1000);
    if (!isFirst) return { outcome: 'replayed', ...known };
  } catch {
    return { outcome: 'unavailable', ...known };
  }
  try {
    return { outcome: await takeIn({ company, id, body: webhook.body }), ...known };
  } catch {
    // It wasn't kept, and has to be taken when it comes again. If that can't be noted either, its number will be missing.
    await replay.forget(use).catch(() => undefined);
    return { outcome: 'unavailable', ...known };
  }
}
