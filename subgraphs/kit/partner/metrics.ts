/**
 * What is counted about partners. Labels name partners, operations and, where it is measured what a partner has promised
 * each of them, companies; never an id or a person.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Contract } from './contract.ts';
import { createVersionMetrics, type VersionMetrics } from './versions/metrics.ts';

export interface PartnerMetrics {
  readonly requests: Counter<'partner' | 'version' | 'operation' | 'outcome'>;
  readonly duration: Histogram<'partner' | 'operation'>;
  readonly exchanges: Counter<'partner' | 'company' | 'outcome'>;
  readonly exchangeDuration: Histogram<'partner' | 'company'>;
  readonly breaker: Gauge<'partner' | 'version'>;
  readonly foreignRecords: Counter<'partner'>;
  readonly versions: VersionMetrics;
}

/**
 * Registers the metrics; once a process, however many partners it speaks to.
 *
 * @param contracts those of all its partners, for what they have promised stands beside what is measured
 */
export function createPartnerMetrics(
  registry: Registry,
  contracts: readonly Pick<Contract, 'partner' | 'sla'>[],
): PartnerMetrics {
  const registers = [registry];
  const promised = contracts.flatMap(({ sla }) =>
    sla ? [sla.p95Milliseconds / 1_000, sla.p99Milliseconds / 1_000] : [],
  );
  showPromises(registry, contracts);
  return {
    requests: new Counter({
      name: 'partner_requests_total',
      help: 'Requests to a partner by outcome: ok, or the code of the error',
      labelNames: ['partner', 'version', 'operation', 'outcome'],
      registers,
    }),
    duration: new Histogram({
      name: 'partner_request_duration_seconds',
      help: 'Time from asking for a partner request to its parsed answer, with waiting and retries',
      labelNames: ['partner', 'operation'],
      buckets: BUCKETS,
      registers,
    }),
    exchanges: new Counter({
      name: 'partner_exchanges_total',
      help: 'Exchanges with a partner, each repetition for itself, by outcome: answered, error (by its own fault) or unreachable',
      labelNames: ['partner', 'company', 'outcome'],
      registers,
    }),
    exchangeDuration: new Histogram({
      name: 'partner_exchange_duration_seconds',
      help: 'Time from sending a request to a partner to the end of its answer, or to giving it up as lost',
      labelNames: ['partner', 'company'],
      buckets: [...new Set([...BUCKETS, ...promised])].sort((one, other) => one - other),
      registers,
    }),
    breaker: new Gauge({
      name: 'partner_breaker_state',
      help: 'Circuit breaker of a version of a partner: 0 closed, 1 open, 2 half open',
      labelNames: ['partner', 'version'],
      registers,
    }),
    foreignRecords: new Counter({
      name: 'partner_foreign_records_total',
      help: 'Records of another company that a partner answered with, and that were dropped',
      labelNames: ['partner'],
      registers,
    }),
    versions: createVersionMetrics(registry),
  };
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

function showPromises(registry: Registry, contracts: readonly Pick<Contract, 'partner' | 'sla'>[]): void {
  const registers = [registry];
  const availability = new Gauge({
    name: 'partner_promised_availability_ratio',
    help: 'Share of exchanges that the partner has promised to answer at all',
    labelNames: ['partner'],
    registers,
  });
  const errors = new Gauge({
    name: 'partner_promised_error_ratio',
    help: 'Share of exchanges that the partner has promised to fail by its own fault at most',
    labelNames: ['partner'],
    registers,
  });
  const duration = new Gauge({
    name: 'partner_promised_duration_seconds',
    help: 'Time in which the partner has promised to answer that share of exchanges',
    labelNames: ['partner', 'quantile'],
    registers,
  });
  for (const { partner, sla } of contracts) {
    if (!sla) continue;
    availability.set({ partner }, sla.availability);
    errors.set({ partner }, sla.errorRate);
    duration.set({ partner, quantile: '0.95' }, sla.p95Milliseconds / 1_000);
    duration.set({ partner, quantile: '0.99' }, sla.p99Milliseconds / 1_000);
  }
}
