/**
 * Decisions that follow from a list of numbers, so that fast-check can make them, repeat them and make them smaller.
 * When the numbers are used up, the first option is taken each time: of less numbers less comes.
 */
export class Choices {
  readonly #numbers: Iterator<number>;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers.values();
  }

  /** From 0 to `limit` - 1. */
  below(limit: number): number {
    return (this.#numbers.next().value ?? 0) % limit;
  }

  /** @throws {TypeError} when there is nothing to choose from. */
  of<Option>(options: readonly Option[]): Option {
    const index = this.below(Math.max(options.length, 1));
    const chosen = options.slice(index, index + 1);
    for (const option of chosen) return option;
    throw new TypeError('there is nothing to choose from');
  }

  /** True in so many of a hundred cases. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  /** At most `count` of the options, each once, in their order. */
  some<Option>(options: readonly Option[], count: number): readonly Option[] {
    const left = [...options];
    const taken = Array.from({ length: Math.min(count, left.length) }, () => left.splice(this.below(left.length), 1));
    const chosen = new Set(taken.flat());
    return options.filter((option) => chosen.has(option));
  }

  uuid(): string {
    const digits = Array.from({ length: 8 }, () => this.below(0x10000).toString(16).padStart(4, '0')).join('');
    return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
  }
}
