/** Counts and durations for Prometheus. Labels hold names of ours alone: never an operation, a person or a company. */
import { measureSecrets } from '@commonhold/platform/secrets/metrics.ts';
import type { Secrets } from '@commonhold/platform/secrets/secrets.ts';
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import type { PlanOrigin } from '../planning/plan.ts';

export type MetricValues = readonly MetricObjectWithValues<MetricValue<string>>[];

/** In Prometheus' text format. */
export interface RenderedMetrics {
  readonly contentType: string;
  render(): Promise<string>;
}

export interface Metrics extends RenderedMetrics {
  /** The same, to be added to what other processes count. */
  values(): Promise<MetricValues>;
  requestEnded(status: number, seconds: number): void;
  errorTold(code: string): void;
  fetchEnded(subgraph: string, outcome: string, seconds: number): void;
  fieldsPruned(count: number): void;
  /** A plan was there already, was made, or could not be. */
  planned(origin: PlanOrigin): void;
  /** What somebody may do was known already, or the directory was asked. */
  accessAnswered(from: 'kept' | 'directory'): void;
  accessChanged(): void;
  subscriptionBegan(transport: string): void;
  subscriptionEnded(transport: string): void;
  subscriptionRefused(transport: string, code: string): void;
  /** Of a partner, for whoever has subscribed. */
  eventReceived(kind: string): void;
  eventDelivered(transport: string): void;
  /** A subscriber was told that there were more. */
  eventsMissed(transport: string): void;
  /** @param ageSeconds how old what is known of changes of access is, when asked */
  watchAccess(ageSeconds: () => number): void;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(secrets: Secrets): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  measureSecrets(registry, secrets);
  const requests = new Histogram({
    name: 'gateway_request_duration_seconds',
    help: 'Requests for GraphQL, by HTTP status',
    labelNames: ['status'],
    buckets: SECONDS,
    registers,
  });
  const errors = new Counter({
    name: 'gateway_errors_total',
    help: 'Errors told to clients, by code',
    labelNames: ['code'],
    registers,
  });
  const fetches = new Histogram({
    name: 'gateway_subgraph_fetch_duration_seconds',
    help: 'Fetches from subgraphs, by subgraph and outcome',
    labelNames: ['subgraph', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const pruned = new Counter({
    name: 'gateway_pruned_paths_total',
    help: 'Paths that were left out of operations because of missing rights',
    registers,
  });
  const plans = new Counter({
    name: 'gateway_plans_total',
    help: 'Query plans: kept from before, made anew, or refused',
    labelNames: ['origin'],
    registers,
  });
  const answers = new Counter({
    name: 'gateway_access_answers_total',
    help: 'What somebody may do: known already, or asked of the directory',
    labelNames: ['from'],
    registers,
  });
  const changes = new Counter({
    name: 'gateway_access_changes_total',
    help: 'Changes of access that the directory has told of',
    registers,
  });
  const subscriptions = new Gauge({
    name: 'gateway_subscriptions',
    help: 'Open subscriptions, by transport',
    labelNames: ['transport'],
    registers,
  });
  const refusals = new Counter({
    name: 'gateway_subscriptions_refused_total',
    help: 'Subscriptions that were refused, by transport and code',
    labelNames: ['transport', 'code'],
    registers,
  });
  const events = new Counter({
    name: 'gateway_events_total',
    help: 'Events of partners that subgraphs have told of, by kind',
    labelNames: ['kind'],
    registers,
  });
  const delivered = new Counter({
    name: 'gateway_events_delivered_total',
    help: 'Events that subscribers were told, by transport',
    labelNames: ['transport'],
    registers,
  });
  const missed = new Counter({
    name: 'gateway_events_missed_total',
    help: 'Times that a subscriber was told that there were more events, by transport',
    labelNames: ['transport'],
    registers,
  });
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    values: () => registry.getMetricsAsJSON(),
    requestEnded: (status, seconds) => requests.labels(String(status)).observe(seconds),
    errorTold: (code) => errors.labels(code).inc(),
    fetchEnded: (subgraph, outcome, seconds) => fetches.labels(subgraph, outcome).observe(seconds),
    fieldsPruned: (count) => pruned.inc(count),
    planned: (origin) => plans.labels(origin).inc(),
    accessAnswered: (from) => answers.labels(from).inc(),
    accessChanged: () => changes.inc(),
    subscriptionBegan: (transport) => subscriptions.labels(transport).inc(),
    subscriptionEnded: (transport) => subscriptions.labels(transport).dec(),
    subscriptionRefused: (transport, code) => refusals.labels(transport, code).inc(),
    eventReceived: (kind) => events.labels(kind).inc(),
    eventDelivered: (transport) => delivered.labels(transport).inc(),
    eventsMissed: (transport) => missed.labels(transport).inc(),
    watchAccess: (ageSeconds) => {
      new Gauge({
        name: 'gateway_access_age_seconds',
        help: 'How old what is known of changes of access is',
        aggregator: 'max',
        registers,
        collect() {
          this.set(ageSeconds());
        },
      });
    },
  };
}
