/**
 * The agreed rates as windows that slide: however a span of that length is laid, no more requests reach the partner in it
 * than agreed.
 *
 * Nobody here knows when a request reaches the partner: some time between its turn and its answer. It is counted as if that
 * were yet to come, at the end of the time that it may take at most, and when its answer is there, as of then. So each
 * request that may have arrived in the window before a turn is counted when the turn is given.
 */
import type { Contract } from './contract.ts';

export interface AgreedWindow {
  readonly of: 'everybody' | 'company';
  readonly milliseconds: number;
  /** Requests are counted in such small spans; that in which a window begins is counted whole. */
  readonly spanMilliseconds: number;
  readonly spans: number;
  readonly greatest: number;
}

const SPANS = 40;
const LENGTHS = { perSecond: 1_000, perMinute: 60_000, perDay: 86_400_000 } as const;

export function agreedWindows({ requests, requestsPerCompany }: Contract['limits']): readonly AgreedWindow[] {
  return [...windowsOf('everybody', requests), ...windowsOf('company', requestsPerCompany)];
}

type Rates = Contract['limits']['requestsPerCompany'];

function windowsOf(of: AgreedWindow['of'], rates: Rates): readonly AgreedWindow[] {
  return (['perSecond', 'perMinute', 'perDay'] as const).flatMap((name) => {
    const greatest = rates[name];
    const milliseconds = LENGTHS[name];
    const spanMilliseconds = milliseconds / SPANS;
    return greatest === undefined ? [] : [{ of, milliseconds, spanMilliseconds, spans: SPANS + 1, greatest }];
  });
}
