/** How much is left under older generations of the master key; looks only as long as there may be something. */
import { Gauge, type Registry } from 'prom-client';
import type { Envelope } from './envelope.ts';

export interface Outdated {
  /** Runs `reseal` unless all was clean under the current generation, and tells what is left. */
  look(reseal: () => Promise<number>): Promise<void>;
}

/** For as long another replica may have sealed under the old one: its interval of looking at secrets, and clocks. */
const LATECOMERS_MILLISECONDS = 10 * 60_000;

/** `commonhold_ciphertext_outdated{store}`. @param store such as `directory` */
export function measureOutdated(metrics: Registry, store: string, envelope: Envelope): Outdated {
  let known = { mark: '', since: 0, isClean: false };
  const left = new Gauge({
    name: 'commonhold_ciphertext_outdated',
    help: 'Texts that are sealed under an older generation of the master key; none: nobody has counted them',
    labelNames: ['store'],
    registers: [metrics],
    collect() {
      // What was counted under the generation before says nothing of this one.
      if (known.mark !== envelope.mark()) this.reset();
    },
  });
  return {
    look: async (reseal) => {
      const mark = envelope.mark();
      if (known.mark !== mark) {
        known = { mark, since: Date.now(), isClean: false };
        left.reset();
      }
      if (known.isClean) return;
      const found = await reseal();
      if (envelope.mark() !== mark) return;
      left.set({ store }, found);
      known.isClean = found === 0 && Date.now() - known.since > LATECOMERS_MILLISECONDS;
    },
  };
}
