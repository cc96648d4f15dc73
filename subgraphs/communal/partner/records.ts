/** The partner's records, parsed: what isn't listed here is left behind. */
import { PART } from '@commonhold/kit/tenancy/ids.ts';
import { z } from 'zod';

const key = z.string().regex(PART);
const owned = { id: key, companyId: z.string(), residenceRef: key };
const decimal = z.string().regex(/^-?\d{1,12}(\.\d{1,3})?$/);
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
const instant = z.iso.datetime({ offset: true });
const meterKind = z.enum(['cold-water', 'hot-water', 'electricity', 'heat', 'gas']);
const itemsOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });

export const accountRecord = z.object({ ...owned, personal: z.string() });
export const accountPersonal = z.object({ number: z.string(), holderName: z.string(), balance: decimal });

export const meterRecord = z.object({
  ...owned,
  accountId: z.string(),
  kind: meterKind,
  serial: z.string(),
  verifyBy: z.iso.date(),
  smartMeterRef: key.optional(),
});

export const readingRecord = z.object({
  ...owned,
  meterId: z.string(),
  zones: z.array(z.object({ zone: z.number().int(), value: decimal })),
  readAt: instant,
  origin: z.enum(['automatic', 'resident', 'operator']),
  status: z.enum(['submitted', 'confirmed', 'rejected']),
});

/** Either a reading or why it wasn't taken. */
const readingResult = z
  .object({
    reading: readingRecord.optional(),
    refusal: z.enum(['meter-not-found', 'below-last-reading', 'in-the-future', 'not-plausible']).optional(),
  })
  .transform(({ reading, refusal }, context) => {
    if (reading && !refusal) return { reading };
    if (refusal && !reading) return { refusal };
    context.addIssue('neither taken nor refused, or both');
    return z.NEVER;
  });
export const readingResults = z.object({ results: z.array(readingResult) });

export const chargeRecord = z.object({ ...owned, accountId: z.string(), service: z.string(), month, amount: decimal });

export const billRecord = z.object({
  ...owned,
  accountId: z.string(),
  month,
  amount: decimal,
  dueOn: z.iso.date(),
  paid: z.boolean(),
});

export const outageRecord = z.object({
  id: key,
  companyId: z.string(),
  propertyRef: key,
  kind: meterKind,
  startsAt: instant,
  endsAt: instant.nullish(),
  planned: z.boolean(),
});

export const serviceRequestRecord = z.object({
  ...owned,
  number: z.string(),
  status: z.enum(['open', 'assigned', 'in-progress', 'done', 'cancelled']),
  category: z.enum(['plumbing', 'heating', 'electrical', 'access', 'other']),
  deadline: instant.nullish(),
  /** The operator's key of a person. */
  assigneeRef: key.nullish(),
  updatedAt: instant.optional(),
  description: z.string(),
  createdAt: instant,
});

export const consumptionRecord = z.object({
  companyId: z.string(),
  residenceRef: key,
  propertyRef: key,
  month,
  amount: decimal,
});

export const accountList = itemsOf(accountRecord);
export const meterList = itemsOf(meterRecord);
export const readingList = itemsOf(readingRecord);
export const chargeList = itemsOf(chargeRecord);
export const billList = itemsOf(billRecord);
export const outageList = itemsOf(outageRecord);
export const consumptionList = itemsOf(consumptionRecord);
export const serviceRequestPage = z.object({
  items: z.array(serviceRequestRecord),
  nextCursor: z.string().optional(),
});

export type AccountRecord = z.output<typeof accountRecord>;
export type MeterRecord = z.output<typeof meterRecord>;
export type ReadingRecord = z.output<typeof readingRecord>;
export type ReadingResult = z.output<typeof readingResult>;
export type ChargeRecord = z.output<typeof chargeRecord>;
export type BillRecord = z.output<typeof billRecord>;
export type OutageRecord = z.output<typeof outageRecord>;
export type ConsumptionRecord = z.output<typeof consumptionRecord>;
export type ServiceRequestRecord = z.output<typeof serviceRequestRecord>;
