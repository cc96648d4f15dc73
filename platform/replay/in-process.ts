/** For one replica: ids in the memory of this process. A restart forgets them. */
import type { ForgetfulReplayMemory } from './replay-memory.ts';

/** Some 200 MB. Whoever gets that far is refused rather than that an id is forgotten too early. */
const MOST_IDS = 1_000_000;
const SWEEP_MILLISECONDS = 10_000;

export function rememberInProcess(now: () => number = Date.now): ForgetfulReplayMemory {
  /** Until when each id is remembered. */
  const used = new Map<string, number>();
  const sweep = (): void => {
    for (const [id, until] of used) if (until <= now()) used.delete(id);
  };
  const sweeping = setInterval(sweep, SWEEP_MILLISECONDS).unref();
  return {
    async isFirstUse(id, milliseconds) {
      if ((used.get(id) ?? 0) > now()) return false;
      if (used.size >= MOST_IDS) throw new Error('more ids than are remembered');
      used.set(id, now() + milliseconds);
      return true;
    },
    forget: async (id) => void used.delete(id),
    reach: async () => undefined,
    close: async () => clearInterval(sweeping),
  };
}
