/**
 * What it costs to look closely at who asks: CPU a request of gateway and directory with a bearer token, with one that is
 * bound to a key or to a certificate, and when the directory has to be asked. In rounds that interleave the ways.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { makeProofKey } from '@commonhold/development/proof-key.ts';
import type { Effort } from '../gateway/benchmark.ts';
import { medianRow } from '../measure/median.ts';
import { cpuSeconds } from '../measure/process-cost.ts';
import { type AccessLoad, type LoadOutcome, loadAccess } from './load.ts';
import { type MeasuredSystem, startMeasuredSystem } from './system.ts';

export const WAYS = ['bearer', 'dpop', 'certificate', 'asked'] as const;
export type Way = (typeof WAYS)[number];

export interface AccessFigures extends Omit<LoadOutcome, 'answered'> {
  readonly work: string;
  readonly way: Way;
  /** Of gateway and directory. */
  readonly cpuMillisecondsPerRequest: number;
}

/** `check` asks no subgraph: what is left is HTTP and the look at who asks. */
export const WORKS = [
  { name: 'check', query: '{ __typename }' },
  { name: 'query', query: '{ residences(first: 10) { nodes { number floor } } }' },
] as const;

const CONNECTIONS = 8;
const TOKEN_SECONDS = 3_600;
/** More than a gateway keeps answers of the directory for: in turn, none is known any more when it comes again. */
const TOKENS_BEYOND_MEMORY = 10_500;

type Ways = Readonly<Record<Way, Pick<AccessLoad, 'certificate' | 'key' | 'tokens' | 'url'>>>;

/** @returns every figure, the median of the rounds */
export async function benchmarkAccess(effort: Effort): Promise<readonly AccessFigures[]> {
  const system = await startMeasuredSystem();
  try {
    const ways = await prepareWays(system);
    // Each run goes on with the tokens where the one before has left off.
    const sent: Record<Way, number> = { bearer: 0, dpop: 0, certificate: 0, asked: 0 };
    const figures: AccessFigures[] = [];
    for (const { name, query } of WORKS) {
      const run = async (way: Way, seconds: number): Promise<LoadOutcome> => {
        const { tokens, ...rest } = ways[way];
        const turn = [...tokens.slice(sent[way]), ...tokens.slice(0, sent[way])];
        const outcome = await loadAccess({ ...rest, tokens: turn, query, connections: CONNECTIONS, seconds });
        sent[way] = (sent[way] + outcome.answered + CONNECTIONS) % tokens.length;
        return outcome;
      };
      for (const way of WAYS) await run(way, effort.warmUpSeconds);
      const rounds = new Map<Way, AccessFigures[]>(WAYS.map((way) => [way, []]));
      for (let round = 0; round < effort.rounds; round += 1) {
        for (const way of WAYS) {
          const before = await cpuSeconds(system.processIds);
          const { answered, ...loaded } = await run(way, effort.seconds);
          const used = (await cpuSeconds(system.processIds)) - before;
          rounds.get(way)?.push({ work: name, way, ...loaded, cpuMillisecondsPerRequest: (used * 1000) / answered });
        }
      }
      figures.push(...WAYS.map((way) => medianRow(rounds.get(way) ?? [], MEASURED)));
    }
    return figures;
  } finally {
    await system.stop();
  }
}

/** All for the same person, so that nothing differs but how the token is shown. */
async function prepareWays({ url, servicesUrl, issuer, certificate }: MeasuredSystem): Promise<Ways> {
  const key = await makeProofKey();
  const sign = (cnf?: object): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    return issuer.sign({ sub: 'northgate-dispatcher', auth_time: now, exp: now + TOKEN_SECONDS, cnf });
  };
  const thumbprint = createHash('sha256').update(new X509Certificate(certificate.cert).raw).digest('base64url');
  return {
    bearer: { url, tokens: [await sign()] },
    dpop: { url, tokens: [await sign({ jkt: key.thumbprint })], key: key.privateJwk },
    certificate: { url: servicesUrl, tokens: [await sign({ 'x5t#S256': thumbprint })], certificate },
    asked: { url, tokens: await Promise.all(Array.from({ length: TOKENS_BEYOND_MEMORY }, () => sign())) },
  };
}

const MEASURED = ['requestsPerSecond', 'p50Milliseconds', 'p99Milliseconds', 'cpuMillisecondsPerRequest'] as const;
