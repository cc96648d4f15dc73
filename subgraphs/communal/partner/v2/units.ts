/** Units of version 2 ↔ those of our records: whole thousandths and cents ↔ decimal strings, months. */
import { thousandths } from '../../decimal.ts';

export interface Period {
  readonly year: number;
  readonly month: number;
}

/** `decimal(-1250, 2)` → `-12.50`. */
export function decimal(amount: number, decimals: 2 | 3): string {
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** `12.5` → `12500`. @throws {TypeError} unless it is a decimal */
export function toThousandths(text: string): number {
  return Number(thousandths(text));
}

/** `{ year: 2026, month: 3 }` → `2026-03`. */
export function monthOf({ year, month }: Period): string {
  return `${year}-${String(month).padStart(2, '0')}`;
}

export function periodOf(month: string): Period {
  return { year: Number(month.slice(0, 4)), month: Number(month.slice(5)) };
}
