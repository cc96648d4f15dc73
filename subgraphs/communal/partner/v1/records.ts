/** Records of version 1, parsed: what isn't listed here is left behind. */
import { PART } from '@commonhold/kit/tenancy/ids.ts';
import { z } from 'zod';

const key = z.string().regex(PART);
const owned = { id: key, companyId: z.string(), residenceRef: key };
const decimal = z.string().regex(/^-?\d{1,12}(\.\d{1,3})?$/);
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
const instant = z.iso.datetime({ offset: true });
const meterKind = z.enum(['cold-water', 'hot-water', 'electricity', 'heat', 'gas']);
/** The version that a record came in. */
const served = <Found extends object>(record: Found) => ({ ...record, apiVersion: 'v1' });
const itemsOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });

const accountRecord = z.object({ ...owned, personal: z.string() }).transform(served);
export const accountPersonal = z.object({ number: z.string(), holderName: z.string(), balance: decimal });

const meterRecord = z
  .object({
    ...owned,
    kind: meterKind,
    serial: z.string(),
    verifyBy: z.iso.date(),
    smartMeterRef: key.optional(),
  })
  .transform(served);

const readingRecord = z.object({
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

const chargeRecord = z.object({ ...owned, accountId: z.string(), service: z.string(), month, amount: decimal });

const billRecord = z.object({
  ...owned,
  accountId: z.string(),
  month,
  amount: decimal,
  dueOn: z.iso.date(),
  paid: z.boolean(),
});

const outageRecord = z.object({
  id: key,
  companyId: z.string(),
  propertyRef: key,
  kind: meterKind,
  startsAt: instant,
  endsAt: instant.nullish(),
  planned: z.boolean(),
});

export const serviceRequestRecord = z
  .object({
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
  })
  .transform(served);

const consumptionRecord = z.object({
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
