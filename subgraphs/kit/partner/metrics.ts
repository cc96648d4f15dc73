/** What is counted about partners. Labels name partners and operations, never a company, an id or a person. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface PartnerMetrics {
  readonly requests: Counter<'partner' | 'operation' | 'outcome'>;
  readonly duration: Histogram<'partner' | 'operation'>;
  readonly breaker: Gauge<'partner'>;
  readonly foreignRecords: Counter<'partner'>;
}

/** Registers the metrics; once a process, however many partners it speaks to. */
export function createPartnerMetrics(registry: Registry): PartnerMetrics {
  const registers = [registry];
  return {
    requests: new Counter({
      name: 'partner_requests_total',
      help: 'Requests to a partner by outcome: ok, or the code of the error',
      labelNames: ['partner', 'operation', 'outcome'],
      registers,
    }),
    duration: new Histogram({
      name: 'partner_request_duration_seconds',
      help: 'Time from asking for a partner request to its parsed answer, with waiting and retries',
      labelNames: ['partner', 'operation'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    breaker: new Gauge({
      name: 'partner_breaker_state',
      help: 'Circuit breaker of a partner: 0 closed, 1 open, 2 half open',
      labelNames: ['partner'],
      registers,
    }),
    foreignRecords: new Counter({
      name: 'partner_foreign_records_total',
      help: 'Records of another company that a partner answered with, and that were dropped',
      labelNames: ['partner'],
      registers,
    }),
  };
}
