/** Counts and durations for Prometheus. Labels hold names of ours alone: never an operation, a person or a company. */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  requestEnded(status: number, seconds: number): void;
  errorTold(code: string): void;
  fetchEnded(subgraph: string, outcome: string, seconds: number): void;
  fieldsPruned(count: number): void;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
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
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    requestEnded: (status, seconds) => requests.labels(String(status)).observe(seconds),
    errorTold: (code) => errors.labels(code).inc(),
    fetchEnded: (subgraph, outcome, seconds) => fetches.labels(subgraph, outcome).observe(seconds),
    fieldsPruned: (count) => pruned.inc(count),
  };
}
