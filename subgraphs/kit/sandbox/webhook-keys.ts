/** In development both ends live on one machine: the sandbox partner reads the very keys that its subgraph verifies by. */
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import type { Secrets } from '@commonhold/platform/secrets/secrets.ts';
import { loadWebhookKey } from '../webhooks/company-webhook-key.ts';

export interface SandboxWebhookKeyParts {
  readonly secrets: Secrets;
  readonly masterKey: MasterKey;
  readonly dataDirectory: string;
}

/** @throws {StartupError} when one is missing or broken */
export async function followWebhookKeys(
  { secrets, masterKey, dataDirectory }: SandboxWebhookKeyParts,
  partner: string,
  companies: readonly string[],
): Promise<ReadonlyMap<string, () => readonly string[]>> {
  const parts = { secrets, envelope: createEnvelope(masterKey.ring('envelope:partners')), dataDirectory };
  const entries = companies.map(async (company) => [company, await loadWebhookKey(parts, partner, company)] as const);
  return new Map(await Promise.all(entries));
}
