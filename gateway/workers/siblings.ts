/** What a worker has in common with the others, as it asks the primary for it. */
import cluster from 'node:cluster';
import { inTime } from '@commonhold/platform/replay/in-time.ts';
import type { ReplayMemory } from '@commonhold/platform/replay/replay-memory.ts';
import type { ProvisioningLimits } from '../provisioning/limits.ts';
import type { HealthResults } from '../telemetry/health.ts';
import type { MetricValues } from '../telemetry/metrics.ts';
import { converse } from './conversation.ts';

export type AskedOfPrimary = Pick<ProvisioningLimits, 'admit' | 'found'> &
  Pick<ReplayMemory, 'isFirstUse'> & {
    /** Of all workers together, in Prometheus' text format. */
    metrics(): Promise<string>;
    health(): Promise<HealthResults>;
  };

export type AskedOfWorker = {
  metrics(): Promise<MetricValues>;
  health(): Promise<HealthResults>;
};

export interface Siblings {
  /** From 1; whoever replaces a worker has its number. */
  readonly number: number;
  readonly usedProofs: ReplayMemory;
  readonly provisioningLimits: ProvisioningLimits;
  renderMetrics(): Promise<string>;
  /** Of all of them, this one too. */
  health(): Promise<HealthResults>;
  /** What this one tells of itself. To be called before it is ready. */
  tell(own: AskedOfWorker): void;
}

/** Longer than the primary waits for the workers, whom it asks in turn. */
const PATIENCE_MILLISECONDS = 5_000;

/** @returns undefined in a process that isn't a worker */
export function joinSiblings(environment: NodeJS.ProcessEnv): Siblings | undefined {
  if (!cluster.worker) return undefined;
  // Node would end a worker at once whose primary is gone; `runProcess` drains it.
  cluster.worker.exitedAfterDisconnect = true;
  let own: AskedOfWorker | undefined;
  const present = (): AskedOfWorker => {
    if (!own) throw new Error('not there yet');
    return own;
  };
  const asked: AskedOfWorker = {
    metrics: async () => present().metrics(),
    health: async () => present().health(),
  };
  const channel = {
    send: (message: object, done: (error: Error | null) => void) => process.send?.(message, undefined, {}, done),
    onMessage: (listener: (message: unknown) => void) => process.on('message', listener),
  };
  const ask = converse<AskedOfPrimary>(channel, asked, PATIENCE_MILLISECONDS);
  return {
    number: Number(environment['GATEWAY_WORKER']),
    usedProofs: {
      isFirstUse: (id, milliseconds) => inTime(ask('isFirstUse', id, milliseconds)),
      reach: async () => undefined,
      close: async () => undefined,
    },
    provisioningLimits: {
      admit: (caller) => ask('admit', caller),
      found: (caller, admitted, isValid) => ask('found', caller, admitted, isValid),
    },
    renderMetrics: () => ask('metrics'),
    health: () => ask('health'),
    tell: (told) => {
      own = told;
    },
  };
}
