/** Data of an answer that is JSON already, on its way through Apollo Server, which isn't to write it once more. */
import type { FormattedExecutionResult } from 'graphql';
import type { Verbatim } from './verbatim.ts';

/** What comes after Apollo Server's own. */
const END = '\n';

/** For whoever doesn't know it, an object without a field. */
export class WrittenData {
  readonly [field: string]: unknown;
  readonly #text: string;
  readonly #verbatims: readonly Verbatim[];

  constructor(text: string, verbatims: readonly Verbatim[]) {
    this.#text = text;
    this.#verbatims = verbatims;
  }

  /** What is marked in the text, by its places. */
  get verbatims(): readonly Verbatim[] {
    return this.#verbatims;
  }

  toString(): string {
    return this.#text;
  }
}

/** Apollo Server's `stringifyResult`: the text has marks where its data has. */
export function stringifyAnswer({ data, errors, extensions }: FormattedExecutionResult): string {
  if (!(data instanceof WrittenData)) return JSON.stringify({ errors, data, extensions }) + END;
  const beside = JSON.stringify({ errors, extensions }).slice(1, -1);
  return `{${beside}${beside === '' ? '' : ','}"data":${data.toString()}}${END}`;
}
