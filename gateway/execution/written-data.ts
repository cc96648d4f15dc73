/** Data of an answer that is JSON already, on its way through Apollo Server, which isn't to write it once more. */
import type { FormattedExecutionResult } from 'graphql';

/** What comes after Apollo Server's own. */
const END = '\n';

/** For everybody who doesn't know it, it is the object that its text says. */
export class WrittenData {
  readonly [field: string]: unknown;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  toJSON(): unknown {
    return JSON.parse(this.#text);
  }
}

/** Apollo Server's `stringifyResult`. */
export function stringifyAnswer({ data, errors, extensions }: FormattedExecutionResult): string {
  if (!(data instanceof WrittenData)) return JSON.stringify({ errors, data, extensions }) + END;
  const beside = JSON.stringify({ errors, extensions }).slice(1, -1);
  return `{${beside}${beside === '' ? '' : ','}"data":${data.toString()}}${END}`;
}
