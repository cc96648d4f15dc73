/** Which residences a partner may process now. */

import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { tlsTowards } from '@commonhold/platform/tls/peer.ts';
import { openServicePools } from '@commonhold/platform/tls/service-pools.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import DataLoader from 'dataloader';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { subgraphUnavailable } from '../errors.ts';
import { type ResidenceKey, residenceKey, type TenantId } from './ids.ts';

/** A partner, as consents name it: the subgraph that asks it. */
export type ConsentPartner = 'smart-home' | 'communal';

export interface Consents {
  /** Those of `residences` for which a consent is in force; batched and asked once a request. */
  inForce(residences: readonly ResidenceKey[]): Promise<ReadonlySet<ResidenceKey>>;
  /**
   * Those of `residences` that the company has and for which none is in force; answered by the same question. A residence
   * that is in neither set doesn't exist, and is to be answered so.
   */
  refused(residences: readonly ResidenceKey[]): Promise<ReadonlySet<ResidenceKey>>;
  /** All residences of the company for which a consent is in force. */
  all(): Promise<ReadonlySet<ResidenceKey>>;
}

/** What the directory has to be told to answer for one request. */
export interface ConsentQuestion {
  readonly tenant: TenantId;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

export interface ConsentDirectory {
  /** The consents of one request; nothing is kept between requests, so that a withdrawal counts from the next one on. */
  of(question: ConsentQuestion): Consents;
  close(): Promise<void>;
}

const GREATEST_QUESTION = 1000;
const GREATEST_ANSWER_BYTES = 4 * 1024 * 1024;

const keys = z.array(z.string().transform(residenceKey)).transform((list) => new Set(list));
const answer = z.object({ residences: keys, refused: keys.default(new Set()) });

type Answer = z.output<typeof answer>;

/**
 * Asks the directory's `/consents` over mutual TLS, as the subgraph itself and for one company.
 *
 * It fails closed: when the directory doesn't answer, or answers nonsense, nobody's consent is assumed and
 * SUBGRAPH_UNAVAILABLE is thrown.
 */
export function createConsentDirectory(
  identity: ServiceIdentity,
  partner: ConsentPartner,
  directoryUrl: URL,
): ConsentDirectory {
  const pools = openServicePools(
    identity,
    (own) =>
      new Agent({
        connect: tlsTowards(own, 'directory'),
        maxResponseSize: GREATEST_ANSWER_BYTES,
        connections: 16,
      }),
  );
  const ask = async (
    { tenant, requestId, signal }: ConsentQuestion,
    residences?: readonly ResidenceKey[],
  ): Promise<Answer> => {
    try {
      const token = await mintServiceToken(identity, 'directory', { tenant });
      const { statusCode, body } = await request(new URL('/consents', directoryUrl), {
        dispatcher: pools.for(token),
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'x-request-id': requestId,
        },
        body: JSON.stringify({ partner, residences }),
        signal,
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error('refused');
      return answer.parse(JSON.parse(text));
    } catch {
      throw subgraphUnavailable();
    }
  };
  return { of: (question) => consentsOf((residences) => ask(question, residences)), close: () => pools.close() };
}

/** For a subgraph that asks no partner: nothing is ever in force. */
export const NO_CONSENTS: Consents = {
  inForce: async () => new Set(),
  refused: async () => new Set(),
  all: async () => new Set(),
};

function consentsOf(ask: (residences?: readonly ResidenceKey[]) => Promise<Answer>): Consents {
  const loader = new DataLoader<ResidenceKey, 'in force' | 'refused' | 'absent'>(
    async (asked) => {
      const { residences, refused } = await ask(asked);
      return asked.map((key) => (residences.has(key) ? 'in force' : refused.has(key) ? 'refused' : 'absent'));
    },
    { maxBatchSize: GREATEST_QUESTION },
  );
  const those = async (residences: readonly ResidenceKey[], wanted: 'in force' | 'refused') => {
    const answers = await Promise.all(residences.map((residence) => loader.load(residence)));
    return new Set(residences.filter((_, index) => answers[index] === wanted));
  };
  let all: Promise<ReadonlySet<ResidenceKey>> | undefined;
  return {
    inForce: (residences) => those(residences, 'in force'),
    refused: (residences) => those(residences, 'refused'),
    all: () => {
      all ??= ask().then(({ residences }) => residences);
      return all;
    },
  };
}
