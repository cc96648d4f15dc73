import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDecimal, quotient, thousandths } from './decimal.ts';

describe('a decimal string', () => {
  it.each([
    ['0.1', 100n],
    ['-0.05', -50n],
    ['999999999999.999', 999_999_999_999_999n],
    ['7', 7_000n],
  ])('%s is %s thousandths', (text, expected) => {
    expect(thousandths(text)).toBe(expected);
  });

  it.each(['', '1e3', '1.0001', '+1', ' 1', '1,5', '.5', '1.', '1234567890123', 'NaN'])('is not %j', (text) => {
    expect(isDecimal(text)).toBe(false);
    expect(() => thousandths(text)).toThrow(TypeError);
  });
});

describe('a quotient', () => {
  it.each([
    [2n, 3n, '0.667'],
    [-2n, 3n, '-0.667'],
    [1n, 2_000n, '0.001'],
    [1n, 2_001n, '0.000'],
    [-1n, 2_001n, '0.000'],
    [600_500n, 60_000n, '10.008'],
  ])('of %s and %s is %s, rounded to the nearest thousandth', (dividend, divisor, expected) => {
    expect(quotient(dividend, divisor)).toBe(expected);
  });

  it('is never further from the exact one than half a thousandth', () => {
    const whole = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });
    const positive = fc.bigInt({ min: 1n, max: 10n ** 9n });
    fc.assert(
      fc.property(whole, positive, (dividend, divisor) => {
        fc.pre((dividend < 0n ? -dividend : dividend) / divisor < 10n ** 12n);
        const difference = thousandths(quotient(dividend, divisor)) * divisor - dividend * 1_000n;
        expect((difference < 0n ? -difference : difference) * 2n).toBeLessThanOrEqual(divisor);
      }),
    );
  });
});
