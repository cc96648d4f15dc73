/** Homebridge's API for one request. */
import type { PartnerClient } from '@commonhold/kit/partner/client.ts';
import { PartnerError } from '@commonhold/kit/partner/partner-error.ts';
import type { paths } from './generated/v5.ts';
import { type ServiceRecord, serviceList, serviceRecord, type Values } from './records.ts';

/** One characteristic, and what it shall be. */
export interface Setting {
  readonly characteristicType: keyof Values;
  readonly value: boolean | number;
}

export interface HomebridgeClient {
  /** All that the server knows. @throws {PartnerError} PARTNER_UNAVAILABLE also while the bridge behind it is down */
  services(): Promise<readonly ServiceRecord[]>;
  /** @returns the service as it is then, whether it took the setting or not */
  set(service: ServiceRecord, setting: Setting): Promise<ServiceRecord>;
}

export function createHomebridgeClient(partner: string, client: PartnerClient<paths>): HomebridgeClient {
  return {
    services: async () => {
      const services = await client.call('get', '/accessories', { schema: serviceList });
      if (services.length > 0) return services;
      const detail = 'it lists nothing, not even its own bridge';
      throw new PartnerError(partner, 'PARTNER_UNAVAILABLE', { detail, mayHaveTakenEffect: false });
    },
    set: ({ uniqueId }, setting) =>
      client.call('put', '/accessories/{uniqueId}', { path: { uniqueId }, body: setting, schema: serviceRecord }),
  };
}
