/** Figures → one line each for what is promised. */
import type { HeavyPlanFigures } from './heavy-plan.ts';
import type { OverloadFigures } from './overload.ts';

export interface FairnessFigures {
  readonly heavyPlan: HeavyPlanFigures;
  readonly overload: OverloadFigures;
}

export function reportFairness({ heavyPlan, overload }: FairnessFigures): string {
  const { p99MillisecondsAlone: alone, p99MillisecondsBeside: beside, heavyMilliseconds, notAnswered } = heavyPlan;
  const { bestPerSecond, answeredEachSecond, residentMegabytes: memory } = overload;
  const whole = answeredEachSecond.map((answered) => (answered / bestPerSecond).toFixed(2));
  return [
    `heavy plans of ${heavyMilliseconds.map((time) => time.toFixed(0)).join(', ')} ms; ${notAnswered} others not answered`,
    `p99-beside-heavy-plans ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside, ratio=${(beside / alone).toFixed(2)}`,
    `overload ${overload.offeredPerSecond.toFixed(0)} a second offered, ${bestPerSecond.toFixed(0)} at best, ` +
      `p99 ${overload.p99MillisecondsAnswered.toFixed(0)} ms, ${overload.failed} failed`,
    `throughput-vs-best each second ${whole.join(' ')}`,
    `refused share=${overload.refusedShare.toFixed(2)} p50=${overload.p50MillisecondsRefused.toFixed(0)} ms p99=${overload.p99MillisecondsRefused.toFixed(0)} ms`,
    `memory first=${memory[0]?.toFixed(0)} last=${memory.at(-1)?.toFixed(0)} most=${Math.max(...memory).toFixed(0)} MB`,
  ].join('\n');
}
