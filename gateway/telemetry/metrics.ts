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
