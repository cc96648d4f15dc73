/** Exact arithmetic on decimal strings of up to three decimals: whole thousandths in a BigInt. */
const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,3}))?$/;

/** @throws {TypeError} unless `text` is a decimal with up to twelve digits before and three after the point. */
export function thousandths(text: string): bigint {
  const parts = DECIMAL.exec(text);
  if (!parts) throw new TypeError('not a decimal');
  const [, sign, whole = '0', fraction = ''] = parts;
  const amount = BigInt(whole) * 1_000n + BigInt(fraction.padEnd(3, '0'));
  return sign === '-' ? -amount : amount;
}

export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** `dividend / divisor` with three decimals, rounded half away from zero, as a decimal string. */
export function quotient(dividend: bigint, divisor: bigint): string {
  const isNegative = dividend < 0n !== divisor < 0n;
  const [numerator, denominator] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const rounded = (numerator * 2_000n + denominator) / (denominator * 2n);
  const text = `${rounded / 1_000n}.${String(rounded % 1_000n).padStart(3, '0')}`;
  return isNegative && rounded > 0n ? `-${text}` : text;
}
