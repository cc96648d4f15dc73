/**
 * What a meter counts: two years of months up to the last whole one, with seasons, made from the meter's serial number.
 * Amounts are whole thousandths of the meter's unit, so that sums are exact.
 */
import { sampleFingerprint } from '@commonhold/development/estate.ts';
import type { MeterKind, SandboxMeter } from './estate.ts';

export interface MeteredMonth {
  /** Such as `2026-03`. */
  readonly month: string;
  /** Consumption of the month in thousandths of the meter's unit. */
  readonly amount: number;
  /** What the meter shows at the month's end, in thousandths. */
  readonly total: number;
}

const MONTHS = 24;

/** Mean consumption of a month in thousandths of the unit. */
const LEVEL: Readonly<Record<MeterKind, number>> = {
  'cold-water': 3_400,
  'hot-water': 1_900,
  electricity: 210_000,
  heat: 540_000,
  gas: 38_000,
};

/** Winter against the year's mean, in percent, from January to December. */
const HEATING_SEASON = [190, 170, 140, 95, 45, 15, 10, 10, 40, 100, 160, 225];
const EVEN_SEASON = [108, 102, 101, 99, 96, 95, 94, 93, 98, 101, 105, 108];

/** The meter's months, oldest first. */
export function meteredMonths(meter: SandboxMeter, now: Date): readonly MeteredMonth[] {
  const bytes = sampleFingerprint(`consumption/${meter.serial}`);
  const size = 60 + ((bytes[0] ?? 0) % 80);
  const season = meter.kind === 'heat' || meter.kind === 'gas' ? HEATING_SEASON : EVEN_SEASON;
  let total = bytes.readUInt16BE(1) * 1_000;
  return monthsBefore(now, MONTHS).map((month, index) => {
    const seasonal = season[Number(month.slice(5)) - 1] ?? 100;
    const jitter = 85 + ((bytes[3 + (index % 28)] ?? 0) % 30);
    const amount = Math.round((LEVEL[meter.kind] * size * seasonal * jitter) / 1_000_000);
    total += amount;
    return { month, amount, total };
  });
}

/** Thousandths as a decimal string: 3400 → `3.400`. */
export function decimal(thousandths: number): string {
  return (thousandths / 1_000).toFixed(3);
}

/** The last instant of a month. */
export function endOfMonth(month: string): Date {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1) - 1_000);
}

/** The `count` whole months before `now`, oldest first. */
function monthsBefore(now: Date, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count + index, 1)).toISOString().slice(0, 7),
  );
}
