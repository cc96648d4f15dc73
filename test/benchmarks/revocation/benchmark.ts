/**
 * How long it takes from taking something away to the refusal, at each of two gateways with a directory each, while both
 * answer others: the time of the order itself is in it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { letIn, until } from '../../propagation/let-in.ts';
import { openRemovals, REMOVAL_KINDS, type Removals } from '../../propagation/removals.ts';
import { type Replica, type Replicas, type Sharing, startReplicas } from '../../propagation/replicas.ts';
import { load } from '../measure/load.ts';
import { type Distribution, distributionOf } from './distribution.ts';

export interface RevocationEffort {
  /** How often each thing is taken away, and how often a gateway is cut off. */
  readonly samples: number;
  readonly cuts: number;
}

export interface RevocationFigures extends Distribution {
  /** What two directories share. */
  readonly sharing: Sharing;
  readonly kind: string;
}

const REQUESTS_PER_SECOND = 200;
const LOAD_SECONDS = 5;
const LOAD_CONNECTIONS = 8;
const PATIENCE_MILLISECONDS = 30_000;

/** @throws {Error} when something isn't refused at all, or the load is answered with anything but 200 */
export async function benchmarkRevocation(effort: RevocationEffort): Promise<readonly RevocationFigures[]> {
  const figures: RevocationFigures[] = [];
  for (const sharing of ['Redis', 'PostgreSQL'] as const) {
    const replicas = await startReplicas(sharing);
    const removals = await openRemovals(replicas);
    try {
      const loaded = keepLoaded(replicas);
      for (const kind of REMOVAL_KINDS) {
        const times: number[] = [];
        for (let sample = 0; sample < effort.samples; sample += 1) {
          times.push(...(await timesToRefusal(removals, kind, replicas)));
        }
        figures.push({ sharing, kind, ...distributionOf(times) });
      }
      await loaded.stop();
      figures.push(...(await cutOff(sharing, replicas, removals, effort.cuts)));
    } finally {
      await removals.close();
      await replicas.stop();
    }
  }
  return figures;
}

function keepLoaded({ first, second, issuer }: Replicas): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const body = JSON.stringify({ query: '{ me { subject } }' });
  const keep = async ({ gatewayUrl }: Replica): Promise<void> => {
    const token = await issuer.sign({ tenant: 'northgate', sub: 'northgate-accountant', exp: 2_000_000_000 });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const request = { url: gatewayUrl, method: 'POST', headers, body } as const;
    while (!stopping.signal.aborted)
      await load(request, LOAD_CONNECTIONS, { seconds: LOAD_SECONDS }, REQUESTS_PER_SECOND / 2);
  };
  const both = Promise.all([keep(first), keep(second)]);
  // Told when it is stopped, and not before.
  both.catch(() => undefined);
  return {
    stop: async () => {
      stopping.abort();
      await both;
    },
  };
}

/** At each gateway. */
async function timesToRefusal(
  { kinds }: Removals,
  kind: keyof Removals['kinds'],
  { first, second }: Replicas,
): Promise<readonly number[]> {
  const { token, take, restore } = await kinds[kind]();
  const both = [first, second];
  await Promise.all(both.map(({ gatewayUrl }) => arrive('let in', gatewayUrl, token)));
  const refusals = Promise.all(both.map(({ gatewayUrl }) => arrive('refused', gatewayUrl, token)));
  await take();
  const times = await refusals;
  for (const { gatewayUrl } of both) {
    if ((await letIn(gatewayUrl, token)) !== 'refused') throw new Error(`${kind}: let in after it was refused`);
  }
  await restore?.();
  return times;
}

async function arrive(wanted: 'let in' | 'refused' | 'unknown', gatewayUrl: string, token: string): Promise<number> {
  const time = await until(wanted, { gatewayUrl, token, milliseconds: PATIENCE_MILLISECONDS });
  if (time === undefined) throw new Error(`not ${wanted} within ${PATIENCE_MILLISECONDS} ms`);
  return time;
}

/** From the cut until the second gateway lets nobody in any more. */
async function cutOff(
  sharing: Sharing,
  { second }: Replicas,
  { kinds }: Removals,
  cuts: number,
): Promise<readonly RevocationFigures[]> {
  const { gatewayUrl, way, directory } = second;
  const { token } = await kinds.logout();
  const measure = async (kind: string, cut: () => void, mend: () => void): Promise<RevocationFigures> => {
    const times: number[] = [];
    for (let sample = 0; sample < cuts; sample += 1) {
      await arrive('let in', gatewayUrl, token);
      await wait(1_000);
      cut();
      times.push(await arrive('unknown', gatewayUrl, token).finally(mend));
    }
    return { sharing, kind, ...distributionOf(times) };
  };
  return [
    await measure('connection cut', way.cut, way.mend),
    await measure(
      'directory stands still',
      () => directory.child.kill('SIGSTOP'),
      () => directory.child.kill('SIGCONT'),
    ),
  ];
}
