/** What each handler of a request is given: one company's transaction, and no way to another's. */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { KeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';

export interface ProvisioningScope {
  readonly tenant: TenantId;
  readonly transaction: TenantTransaction;
  readonly envelope: Envelope;
  /** Of what people and groups are looked up by. */
  readonly hash: KeyedHash;
  /** Where the company's endpoint is reached, such as `https://gateway.example/scim/v2/northgate`. */
  readonly base: string;
  /** Where people log in for the first time. */
  readonly issuerUrl: string;
}

export interface ScimAnswer {
  readonly status: number;
  readonly body?: object | undefined;
  readonly location?: string | undefined;
  readonly version?: string | undefined;
}
