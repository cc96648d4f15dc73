/**
 * What a partner has told of a company, whichever way it came, and whoever it came from is known:
 *
 * 1. what holds a record of another company is dropped, and alarms;
 * 2. what isn't understood is kept, sealed, as a dead letter;
 * 3. everything else goes onto the bus.
 */
import type { Log } from '@commonhold/platform/log.ts';
import { parse as parseWithoutPrototype } from 'secure-json-parse';
import type { z } from 'zod';
import { dropForeign } from '../partner/foreign-records.ts';
import { placeOf } from '../partner/partner-error.ts';
import type { TenantId } from '../tenancy/ids.ts';
import type { EventBus } from './bus.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { PartnerChange } from './partner-change.ts';

/** The partner's event as it is written on the wire → the change that it tells of. */
export type ChangeSchema = (company: TenantId) => z.ZodType<Omit<PartnerChange, 'id' | 'company'>>;

export interface ToldByPartner {
  /** By the key that it was signed with, or the credential that it was asked for with. */
  readonly company: TenantId;
  readonly id: string;
  readonly body: Buffer;
}

export type TakenIn = 'accepted' | 'foreign' | 'dead-letter';

/** @throws {Error} when it could neither go onto the bus nor be kept: it has to be told again */
export type TakeIn = (told: ToldByPartner) => Promise<TakenIn>;

export interface TakeInParts {
  readonly partner: string;
  /** Those that were agreed on. */
  readonly types: readonly string[];
  readonly schema: ChangeSchema;
  readonly bus: Pick<EventBus, 'accept'>;
  readonly deadLetters: Pick<DeadLetters, 'keep'>;
  readonly log: Log;
}

export type Understood =
  | { readonly kind: 'change'; readonly change: PartnerChange }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'not-understood'; readonly place: string };

export function createTakeIn({ partner, types, schema, bus, deadLetters, log }: TakeInParts): TakeIn {
  return async (told) => {
    const understood = understand(types, schema, told);
    switch (understood.kind) {
      case 'foreign':
        log.error(
          { event: 'foreign event', partner, company: told.company },
          "partner told of another company's record",
        );
        return 'foreign';
      case 'not-understood':
        await deadLetters.keep(told, understood.place);
        return 'dead-letter';
      case 'change':
        await bus.accept(understood.change);
        return 'accepted';
    }
  };
}

export function understand(
  types: readonly string[],
  schema: ChangeSchema,
  { company, id, body }: ToldByPartner,
): Understood {
  try {
    const json: unknown = parseWithoutPrototype(body.toString('utf8'), null, {
      protoAction: 'remove',
      constructorAction: 'remove',
    });
    if (dropForeign(json, company).dropped > 0) return { kind: 'foreign' };
    if (!isAgreed(json, types)) return { kind: 'not-understood', place: 'type' };
    const parsed = schema(company).safeParse(json);
    if (!parsed.success) return { kind: 'not-understood', place: placeOf(parsed.error.issues[0]?.path ?? []) };
    return { kind: 'change', change: { ...parsed.data, id, company } };
  } catch {
    return { kind: 'not-understood', place: 'the body' };
  }
}

function isAgreed(json: unknown, types: readonly string[]): boolean {
  if (typeof json !== 'object' || json === null || !('type' in json)) return false;
  return types.some((type) => type === json.type);
}
