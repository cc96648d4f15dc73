/** The client of a partner that has no address in this environment: nobody waits for it, and nobody is asked. */
import type { TenantId } from '../tenancy/ids.ts';
import type { PartnerClient } from './client.ts';
import { PartnerError } from './partner-error.ts';

export function createAbsentClient<Paths>(partner: string, tenant: TenantId): PartnerClient<Paths> {
  const fail = (): Promise<never> =>
    Promise.reject(
      new PartnerError(partner, 'PARTNER_UNAVAILABLE', {
        detail: 'it has no address in this environment',
        mayHaveTakenEffect: false,
      }),
    );
  return { tenant, call: fail, inBatches: (_, keys) => [keys], decrypt: fail, open: fail, encrypt: fail };
}
