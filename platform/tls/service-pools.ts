/**
 * Connections to one service of our own, over rotations of our certificate. A token is good only over a connection with
 * the certificate whose key signed it: so each goes over the pool of its own generation, and the pool before stays open
 * until the last token of its time is over.
 */
import { decodeProtectedHeader } from 'jose';
import type { Dispatcher } from 'undici';
import type { ServiceIdentity } from './identity.ts';

export interface ServicePools {
  /** @param authorization the header of the request, if it has one */
  for(authorization: string | undefined): Dispatcher;
  /** Lets what is under way end. */
  close(): Promise<void>;
  /** Doesn't. */
  destroy(): Promise<void>;
}

/** Longer than a token lives, and than any request takes. */
const DRAIN_MILLISECONDS = 90_000;

/**
 * @param open makes the pool of one generation
 *
 * @example
 * const pools = openServicePools(identity, (own) => new Agent({ connect: tlsTowards(own, 'directory') }));
 */
export function openServicePools(
  identity: ServiceIdentity,
  open: (identity: ServiceIdentity) => Dispatcher,
): ServicePools {
  let current = { keyId: identity.keyId, pool: open(identity.now()) };
  /** Still open; of those of one key, the authority may have changed between them. */
  const before: (typeof current)[] = [];
  identity.onChange(() => {
    before.push(current);
    current = { keyId: identity.keyId, pool: open(identity.now()) };
    setTimeout(() => {
      before
        .shift()
        ?.pool.close()
        .catch(() => undefined);
    }, DRAIN_MILLISECONDS).unref();
  });
  return {
    for: (authorization) => {
      // While there is one generation, nobody has to look at tokens.
      if (before.length === 0 || authorization === undefined) return current.pool;
      const keyId = keyIdOf(authorization);
      if (keyId === current.keyId) return current.pool;
      return (before.findLast((pool) => pool.keyId === keyId) ?? current).pool;
    },
    close: async () => {
      await Promise.all([current, ...before].map(({ pool }) => pool.close()));
    },
    destroy: async () => {
      await Promise.all([current, ...before].map(({ pool }) => pool.destroy()));
    },
  };
}

function keyIdOf(authorization: string): string | undefined {
  try {
    return decodeProtectedHeader(authorization.replace(/^Bearer /, '')).kid;
  } catch {
    return undefined;
  }
}
