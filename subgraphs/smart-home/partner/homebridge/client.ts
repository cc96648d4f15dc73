/** Homebridge's API for one request. */
import type { PartnerClient } from '@commonhold/kit/partner/client.ts';
import type { paths } from './generated/v5.ts';
import { type ServiceRecord, serviceList, serviceRecord, type Values } from './records.ts';

/** The versions that are spoken. */
export interface HomebridgeVersions {
  readonly v5: paths;
}

/** One characteristic, and what it shall be. */
export interface Setting {
  readonly characteristicType: keyof Values;
  readonly value: boolean | number;
}

export interface HomebridgeClient {
  /** All that the server knows. */
  services(): Promise<readonly ServiceRecord[]>;
  /** @returns the service as it is then, whether it took the setting or not */
  set(service: ServiceRecord, setting: Setting): Promise<ServiceRecord>;
}

export function createHomebridgeClient(client: PartnerClient<paths>): HomebridgeClient {
  return {
    services: () => client.call('get', '/accessories', { schema: serviceList }),
    set: ({ uniqueId }, setting) =>
      client.call('put', '/accessories/{uniqueId}', { path: { uniqueId }, body: setting, schema: serviceRecord }),
  };
}
