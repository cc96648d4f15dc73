/** How old each secret is, and how often looking at them failed. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Secrets } from './secrets.ts';

/** Something that has generations without being a secret of the provider, such as a certificate. */
export interface Aged {
  readonly name: string;
  /** Newest first. */
  madeAt(): readonly Date[];
}

const GENERATIONS = ['current', 'previous'] as const;

/** `commonhold_secret_age_seconds{secret,generation}` and `commonhold_secret_failures_total`. */
export function measureSecrets(metrics: Registry, secrets: Secrets, others: readonly Aged[] = []): void {
  new Gauge({
    name: 'commonhold_secret_age_seconds',
    help: 'How long ago each secret in use was made',
    labelNames: ['secret', 'generation'],
    aggregator: 'max',
    registers: [metrics],
    collect() {
      this.reset();
      const known = secrets.known().map((secret) => ({
        name: secret.name,
        madeAt: () => secret.generations().flatMap((generation) => (generation ? [generation.madeAt] : [])),
      }));
      for (const { name, madeAt } of [...known, ...others]) {
        for (const [index, generation] of GENERATIONS.entries()) {
          const at = madeAt()[index];
          if (at) this.set({ secret: name, generation }, Math.max(0, (Date.now() - at.getTime()) / 1000));
        }
      }
    },
  });
  new Counter({
    name: 'commonhold_secret_failures_total',
    help: 'Looks at a secret that failed; what was good stays in use',
    registers: [metrics],
    collect() {
      this.reset();
      this.inc(secrets.failures());
    },
  });
}
