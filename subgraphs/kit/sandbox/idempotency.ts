/** Idempotency keys, as a partner keeps them: the same key gives the same answer, with another order it is refused. */
import { createHash } from 'node:crypto';
import { Problem } from './problem.ts';

export interface IdempotencyStore {
  /**
   * Runs `work` once for the company, operation and key; a repetition gets the first answer, also while it is under way.
   *
   * @throws {Problem} 409 when the key came with another order before; the refusal that `work` threw, each time again
   */
  once<Result>(key: IdempotencyKey, order: object, work: () => Promise<Result>): Promise<Result>;
}

export interface IdempotencyKey {
  readonly company: string;
  readonly operation: string;
  readonly key: string;
}

export function createIdempotencyStore(): IdempotencyStore {
  const kept = new Map<string, { readonly fingerprint: string; readonly answer: Promise<unknown> }>();
  return {
    once: async <Result>({ company, operation, key }: IdempotencyKey, order: object, work: () => Promise<Result>) => {
      const name = JSON.stringify([company, operation, key]);
      const fingerprint = createHash('sha256')
        .update(JSON.stringify(inOrder(order)))
        .digest('base64url');
      const earlier = kept.get(name);
      if (earlier && earlier.fingerprint !== fingerprint) {
        throw new Problem(409, 'idempotency-key-reused', 'The key was used for something else');
      }
      const answer = (earlier?.answer as Promise<Result> | undefined) ?? work();
      kept.set(name, { fingerprint, answer });
      answer.catch((error: unknown) => {
        // What failed by accident may be tried again; a refusal stays one.
        if (!(error instanceof Problem)) kept.delete(name);
      });
      return await answer;
    },
  };
}

/** With members in the order of their names: an order is the same however it is said. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([member, inner]) => [member, inOrder(inner)]));
}
