/**
 * Many open subscriptions and many events, by real connections to a real gateway: what is told to whom, how late, and
 * what a subscription costs in memory. Subgraph, directory, issuer and clients are in this process.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { DISPATCHER } from '@commonhold/gateway/testing/directory.ts';
import { startGatewayUnderTest } from '@commonhold/gateway/testing/gateway.ts';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { type LiveSubgraph, startLiveSubgraph } from '@commonhold/gateway/testing/live-subgraph.ts';
import { cpuSeconds, residentMegabytes } from '../measure/process-cost.ts';
import { type Distribution, distributionOf } from '../revocation/distribution.ts';
import { type Client, openClient } from './client.ts';

export interface SubscriptionsEffort {
  readonly subscriptions: number;
  readonly eventsPerSecond: number;
  readonly seconds: number;
}

export interface SubscriptionsFigures extends SubscriptionsEffort {
  /** From the event to the client, that is, with what the subgraph takes to be asked for it. */
  readonly delivery: Distribution;
  readonly expected: number;
  readonly lost: number;
  readonly doubled: number;
  readonly kilobytesPerSubscription: number;
  /** Of the gateway, while events came: 1 is a whole core. */
  readonly cores: number;
}

/** Each residence has as many subscribers, and each principal follows as many residences. */
const SUBSCRIBERS_PER_RESIDENCE = 5;
const SUBSCRIPTIONS_PER_PRINCIPAL = 25;
const OPENED_AT_ONCE = 50;
const TICK_MILLISECONDS = 20;
const SETTLING_MILLISECONDS = 5_000;

export async function benchmarkSubscriptions(effort: SubscriptionsEffort): Promise<SubscriptionsFigures> {
  const port = await freePort();
  const gateway = await startGatewayUnderTest({
    SMART_HOME_URL: `https://localhost:${port}`,
    COMMUNAL_URL: `https://localhost:${await freePort()}`,
    LOG_LEVEL: 'error',
  });
  gateway.directory.access = { ...DISPATCHER, unchangedFor: 3_600_000 };
  const smartHome = await startLiveSubgraph(gateway, port);
  const pid = gateway.process.child.pid ?? 0;
  const clients: Client[] = [];
  try {
    const residences = Math.ceil(effort.subscriptions / SUBSCRIBERS_PER_RESIDENCE);
    const tokens = await Promise.all(
      Array.from({ length: Math.ceil(effort.subscriptions / SUBSCRIPTIONS_PER_PRINCIPAL) }, (_, index) =>
        gateway.issuer.sign({ sub: `person-${index}`, exp: Math.floor(Date.now() / 1000) + 3_600 }),
      ),
    );
    const open = (index: number): Promise<Client> =>
      openClient(gateway.url, tokens[Math.floor(index / SUBSCRIPTIONS_PER_PRINCIPAL)] ?? '', `r${index % residences}`);
    // So that what is loaded for the first of them isn't counted for each.
    clients.push(...(await Promise.all(Array.from({ length: OPENED_AT_ONCE }, (_, index) => open(index)))));
    await warmUp(smartHome, clients);
    const before = await residentMegabytes([pid]);
    while (clients.length < effort.subscriptions) {
      const first = clients.length;
      const count = Math.min(OPENED_AT_ONCE, effort.subscriptions - first);
      clients.push(...(await Promise.all(Array.from({ length: count }, (_, index) => open(first + index)))));
    }
    await wait(SETTLING_MILLISECONDS);
    const kilobytes = ((await residentMegabytes([pid])) - before) * 1_024;

    for (const client of clients) client.told.length = 0;
    const cpuBefore = await cpuSeconds([pid]);
    const startedAt = performance.now();
    const sent = await send(smartHome, effort, residences);
    const seconds = (performance.now() - startedAt) / 1_000;
    const cores = ((await cpuSeconds([pid])) - cpuBefore) / seconds;
    await wait(SETTLING_MILLISECONDS);
    const kilobytesPerSubscription = kilobytes / (effort.subscriptions - OPENED_AT_ONCE);
    return { ...effort, ...compare(clients, sent), kilobytesPerSubscription, cores };
  } finally {
    for (const client of clients) client.close();
    await gateway.stop();
    await smartHome.stop();
  }
}

/** The gateway may not have come to the subgraph yet. */
async function warmUp(smartHome: LiveSubgraph, clients: readonly Client[]): Promise<void> {
  while (clients.some(({ told }) => told.length < 5)) {
    for (const { residence } of clients) smartHome.change({ residence, key: 'warm-up', name: 'warm-up' });
    await wait(500);
  }
}

/** What is told to each residence, by its name, in order. */
async function send(
  smartHome: LiveSubgraph,
  { eventsPerSecond, seconds }: SubscriptionsEffort,
  residences: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const sent = new Map<string, string[]>();
  const startedAt = performance.now();
  for (let count = 0; count < eventsPerSecond * seconds; ) {
    const due = Math.min(eventsPerSecond * seconds, ((performance.now() - startedAt) / 1_000) * eventsPerSecond);
    for (; count < due; count += 1) {
      const residence = `r${Math.floor(Math.random() * residences)}`;
      const name = `${count} ${performance.now()}`;
      smartHome.change({ residence, key: `device-${count}`, name });
      sent.set(residence, [...(sent.get(residence) ?? []), name]);
    }
    await wait(TICK_MILLISECONDS);
  }
  return sent;
}

function compare(clients: readonly Client[], sent: ReadonlyMap<string, readonly string[]>) {
  const times: number[] = [];
  let [expected, lost, doubled] = [0, 0, 0];
  for (const { residence, told } of clients) {
    const names = sent.get(residence) ?? [];
    const counts = new Map<string, number>();
    for (const { name, at } of told) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      times.push(at - Number(name.split(' ')[1]));
    }
    expected += names.length;
    lost += names.filter((name) => !counts.has(name)).length;
    doubled += [...counts.values()].filter((count) => count > 1).length;
  }
  return { expected, lost, doubled, delivery: distributionOf(times) };
}
