/** Idempotency keys, as a partner keeps them: the same key gives the same answer, with another body it is refused. */
import { createHash } from 'node:crypto';
import { Problem } from './problem.ts';

export interface IdempotencyStore {
  /**
   * Runs `work` once for the company, operation and key; a repetition gets the first answer, also while it is under way.
   *
   * @throws {Problem} 409 when the key came with another body before; the refusal that `work` threw, each time again
   */
  once(key: IdempotencyKey, body: unknown, work: () => Promise<unknown>): Promise<unknown>;
}

export interface IdempotencyKey {
  readonly company: string;
  readonly operation: string;
  readonly key: string;
}

export function createIdempotencyStore(): IdempotencyStore {
  const kept = new Map<string, { readonly fingerprint: string; readonly answer: Promise<unknown> }>();
  return {
    once: async ({ company, operation, key }, body, work) => {
      const name = JSON.stringify([company, operation, key]);
      const fingerprint = createHash('sha256')
        .update(JSON.stringify(body) ?? '')
        .digest('base64url');
      const earlier = kept.get(name);
      if (earlier && earlier.fingerprint !== fingerprint) {
        throw new Problem(409, 'idempotency-key-reused', 'The key was used for something else');
      }
      const answer = earlier?.answer ?? work();
      kept.set(name, { fingerprint, answer });
      answer.catch((error: unknown) => {
        // What failed by accident may be tried again; a refusal stays one.
        if (!(error instanceof Problem)) kept.delete(name);
      });
      return await answer;
    },
  };
}
