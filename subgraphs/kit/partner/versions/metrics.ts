/** What is counted about versions of partners' APIs. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface VersionMetrics {
  readonly comparisons: Counter<'partner' | 'company' | 'version' | 'outcome'>;
  readonly returned: Gauge<'partner' | 'company' | 'version'>;
  readonly deprecation: Gauge<'partner' | 'version'>;
  readonly sunset: Gauge<'partner' | 'version'>;
}

export function createVersionMetrics(registry: Registry): VersionMetrics {
  const registers = [registry];
  return {
    comparisons: new Counter({
      name: 'partner_version_comparisons_total',
      help: 'Answers of a version on trial that were compared with those of the version that serves the company: same, different, failed or left-out',
      labelNames: ['partner', 'company', 'version', 'outcome'],
      registers,
    }),
    returned: new Gauge({
      name: 'partner_version_returned',
      help: '1: the version was on trial, differed or failed, and serves the company no more until this process starts anew',
      labelNames: ['partner', 'company', 'version'],
      registers,
    }),
    deprecation: new Gauge({
      name: 'partner_version_deprecation_timestamp_seconds',
      help: 'Since when a version is deprecated, as the partner says in its answers (RFC 9745)',
      labelNames: ['partner', 'version'],
      registers,
    }),
    sunset: new Gauge({
      name: 'partner_version_sunset_timestamp_seconds',
      help: 'When a version ends: the earlier of what the contract says and what the partner says in its answers (RFC 8594)',
      labelNames: ['partner', 'version'],
      registers,
    }),
  };
}
