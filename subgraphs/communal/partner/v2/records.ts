/** Records of version 2, parsed into ours: what isn't listed here is left behind. */
import { word } from '@commonhold/kit/partner/words.ts';
import { PART } from '@commonhold/kit/tenancy/ids.ts';
import { z } from 'zod';
import { decimal, monthOf } from './units.ts';
import { CHANNELS, MEDIA, READING_STATES, REFUSALS, STATES, TOPICS } from './words.ts';

const ref = z.object({ value: z.string().regex(PART) }).transform(({ value }) => value);
const owned = { id: ref, companyId: z.string(), residence: ref };
const instant = z.iso.datetime({ offset: true });
const thousandths = z
  .number()
  .int()
  .transform((amount) => decimal(amount, 3));
const cents = z
  .number()
  .int()
  .transform((amount) => decimal(amount, 2));
const period = z
  .object({ year: z.number().int().min(1900).max(9999), month: z.number().int().min(1).max(12) })
  .transform(monthOf);
const itemsOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });

const accountRecord = z
  .object({ ...owned, personal: z.string() })
  .transform(({ residence: residenceRef, ...record }) => ({ ...record, residenceRef, apiVersion: 'v2' }));

export const accountPersonal = z
  .object({ accountNumber: z.string(), holder: z.object({ name: z.string() }), balanceCents: cents })
  .transform(({ accountNumber, holder, balanceCents }) => ({
    number: accountNumber,
    holderName: holder.name,
    balance: balanceCents,
  }));

const meterRecord = z
  .object({ ...owned, medium: word(MEDIA), serialNumber: z.string(), verificationDue: z.iso.date() })
  .transform(({ id, companyId, residence: residenceRef, medium, serialNumber, verificationDue }) => {
    const record = { id, companyId, residenceRef, kind: medium, serial: serialNumber, verifyBy: verificationDue };
    return { ...record, apiVersion: 'v2' };
  });

const meterDevice = z.object({ companyId: z.string(), meter: ref, device: ref });

const readingRecord = z
  .object({
    ...owned,
    meter: ref,
    registers: z.array(z.object({ number: z.number().int(), thousandths })),
    recordedAt: instant,
    channel: word(CHANNELS),
    state: word(READING_STATES),
  })
  .transform(({ id, companyId, residence: residenceRef, meter: meterId, registers, ...record }) => ({
    ...{ id, companyId, residenceRef, meterId },
    zones: registers.map(({ number: zone, thousandths: value }) => ({ zone, value })),
    readAt: record.recordedAt,
    origin: record.channel,
    status: record.state,
  }));

/** Either a reading or why it wasn't taken. */
const readingResult = z
  .object({ reading: readingRecord.optional(), refusal: word(REFUSALS).optional() })
  .transform(({ reading, refusal }, context) => {
    if (reading && !refusal) return { reading };
    if (refusal && !reading) return { refusal };
    context.addIssue('neither taken nor refused, or both');
    return z.NEVER;
  });
export const readingResults = z.object({ results: z.array(readingResult) });

const ofAccount = { ...owned, account: ref, period, cents };

const chargeRecord = z
  .object({ ...ofAccount, service: z.string() })
  .transform(({ residence: residenceRef, account: accountId, period: month, cents: amount, ...record }) => ({
    ...record,
    ...{ residenceRef, accountId, month, amount },
  }));

const billRecord = z
  .object({ ...ofAccount, payableUntil: z.iso.date(), state: z.enum(['OPEN', 'PAID']) })
  .transform(({ id, companyId, residence: residenceRef, account: accountId, payableUntil, state, ...record }) => ({
    ...{ id, companyId, residenceRef, accountId },
    month: record.period,
    amount: record.cents,
    dueOn: payableUntil,
    paid: state === 'PAID',
  }));

const outageRecord = z
  .object({
    ...{ id: ref, companyId: z.string(), property: ref, medium: word(MEDIA), from: instant },
    until: instant.nullish(),
    cause: z.enum(['PLANNED', 'FAULT']),
  })
  .transform(({ id, companyId, property: propertyRef, medium: kind, from: startsAt, until: endsAt, cause }) => ({
    ...{ id, companyId, propertyRef, kind, startsAt, endsAt },
    planned: cause === 'PLANNED',
  }));

export const serviceRequestRecord = z
  .object({
    ...owned,
    reference: z.string(),
    state: word(STATES),
    topic: word(TOPICS),
    dueAt: instant.nullish(),
    assignee: ref.nullish(),
    changedAt: instant.optional(),
    description: z.string(),
    openedAt: instant,
  })
  .transform(({ id, companyId, residence: residenceRef, description, ...record }) => ({
    ...{ id, companyId, residenceRef, description },
    number: record.reference,
    status: record.state,
    category: record.topic,
    deadline: record.dueAt,
    assigneeRef: record.assignee,
    updatedAt: record.changedAt,
    createdAt: record.openedAt,
    apiVersion: 'v2',
  }));

const consumptionRecord = z
  .object({ companyId: z.string(), residence: ref, property: ref, period, thousandths })
  .transform(({ companyId, residence: residenceRef, property: propertyRef, period: month, thousandths: amount }) => ({
    ...{ companyId, residenceRef, propertyRef, month, amount },
  }));

export const accountList = itemsOf(accountRecord);
export const meterList = itemsOf(meterRecord);
export const meterDeviceList = itemsOf(meterDevice);
export const readingList = itemsOf(readingRecord);
export const chargeList = itemsOf(chargeRecord);
export const billList = itemsOf(billRecord);
export const outageList = itemsOf(outageRecord);
export const consumptionList = itemsOf(consumptionRecord);
export const serviceRequestPage = z.object({
  items: z.array(serviceRequestRecord),
  total: z.number().int().min(0),
});
