/** Choices that follow from numbers, so that a test that failed can be repeated and made smaller. */
import { createHash } from 'node:crypto';

export interface Choices {
  /** From 0 on. */
  below(count: number): number;
  /** Once in `times`. */
  once(times: number): boolean;
  of<Option>(options: readonly Option[]): Option;
}

export function createChoices(numbers: readonly number[]): Choices {
  let at = 0;
  const below = (count: number): number => {
    const number = numbers[at % numbers.length] ?? 0;
    at += 1;
    return (number + Math.floor(at / numbers.length)) % count;
  };
  return {
    below,
    once: (times) => below(times) === times - 1,
    of(options) {
      const chosen = options[below(options.length)];
      if (chosen === undefined) throw new RangeError('nothing to choose from');
      return chosen;
    },
  };
}

/** A number that follows from a text alone. */
export function numberOf(text: string): number {
  return createHash('md5').update(text).digest().readUInt32LE();
}
