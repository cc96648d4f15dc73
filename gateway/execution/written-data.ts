/** Data of an answer that is JSON already, on its way through Apollo Server, which isn't to write it once more. */
import type { FormattedExecutionResult } from 'graphql';
import type { Later } from './deferral/later-parts.ts';
import type { Verbatim } from './verbatim.ts';

/** What comes after Apollo Server's own. */
const END = '\n';

/** For whoever doesn't know it, an object without a field. */
export class WrittenData {
  readonly [field: string]: unknown;
  readonly #text: string;
  readonly #verbatims: readonly Verbatim[];
  readonly #later: Later | undefined;

  constructor(text: string, verbatims: readonly Verbatim[], later: Later | undefined) {
    this.#text = text;
    this.#verbatims = verbatims;
    this.#later = later;
  }

  /** What comes after it; undefined: it is whole. */
  get later(): Later | undefined {
    return this.#later;
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
  const after = data.later ? ',"hasNext":true' : '';
  return `{${beside}${beside === '' ? '' : ','}"data":${data.toString()}${after}}${END}`;
}
