/**
 * Who holds the devices of which residence. A company's devices are at the smart-home partner, except those of the
 * residences that the contract of another partner names.
 */
import type { PartnerPage } from '@commonhold/kit/partner/partner-page.ts';
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { DeviceParent } from './parents.ts';
import type { DeviceQuestion } from './partner/client.ts';
import type { DevicePartner } from './partner/device-partner.ts';

/** A partner of some residences alone. */
export interface LocalPartner {
  readonly partner: DevicePartner;
  serves(residence: ResidenceKey): boolean;
}

/** What one partner answered for its own part of the keys. */
export interface PartnerAnswer<Key, Value> {
  readonly keys: readonly Key[];
  readonly outcome: readonly Value[] | Error;
}

export interface DevicePartners {
  of(residence: ResidenceKey): DevicePartner;
  /** Asks each partner for its own part, all at once: one that fails takes nothing of the others with it. */
  askEach<Key, Value>(
    keys: readonly Key[],
    residenceOf: (key: Key) => ResidenceKey,
    ask: (partner: DevicePartner, keys: readonly Key[]) => Promise<readonly Value[]>,
  ): Promise<readonly PartnerAnswer<Key, Value>[]>;
  /**
   * Devices of the smart-home partner first, then those of the others. A page ends where a partner's devices end, so that
   * one that doesn't answer spoils only its own pages.
   */
  devicePage(question: DeviceQuestion): Promise<PartnerPage<DeviceParent>>;
}

export function createDevicePartners(smartHome: DevicePartner, locals: readonly LocalPartner[]): DevicePartners {
  const order = [smartHome, ...locals.map(({ partner }) => partner)];
  const of = (residence: ResidenceKey): DevicePartner =>
    locals.find((local) => local.serves(residence))?.partner ?? smartHome;

  return {
    of,
    askEach: (keys, residenceOf, ask) => {
      const parts = Map.groupBy(keys, (key) => of(residenceOf(key)));
      return Promise.all(
        [...parts].map(async ([partner, part]) => ({ keys: part, outcome: await ask(partner, part).catch(asError) })),
      );
    },
    devicePage: async ({ residences, limit, cursor }) => {
      const parts = Map.groupBy(residences, of);
      const [, first = '0', inner = ''] = /^(\d):(.*)$/s.exec(cursor ?? '') ?? [];
      for (const [index, partner] of [...order.entries()].slice(Number(first))) {
        const part = parts.get(partner);
        if (!part) continue;
        const isResumed = index === Number(first) && inner !== '';
        const page = await partner.devicePage({ residences: part, limit, cursor: isResumed ? inner : undefined });
        const isMoreElsewhere = order.slice(index + 1).some((other) => parts.has(other));
        if (page.nextCursor !== undefined) return { items: page.items, nextCursor: `${index}:${page.nextCursor}` };
        if (!isMoreElsewhere) return { items: page.items };
        if (page.items.length > 0) return { items: page.items, nextCursor: `${index + 1}:` };
      }
      return { items: [] };
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('not an error was thrown', { cause: error });
}
