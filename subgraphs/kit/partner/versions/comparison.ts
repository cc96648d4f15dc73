/**
 * The same read of two versions, compared in the background: nobody waits for it, it comes after what somebody waits for,
 * and it counts within what was agreed. A difference is one when it is there again in a second look at both, as something
 * may have changed in between.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { CompanyRequest, Partner } from '../partner.ts';
import { differences } from './differences.ts';
import { codeOf, speaksAgainst } from './failures.ts';
import type { Trial } from './trials.ts';

const LONGEST_MILLISECONDS = 10_000;
const SECOND_LOOK_MILLISECONDS = 100;

interface ComparisonParts<Api> {
  readonly partner: Pick<Partner<unknown>, 'contract' | 'trials'>;
  readonly request: CompanyRequest;
  /** The company's own version. */
  readonly own: string;
  readonly trial: Trial;
  speak(version: string, request: CompanyRequest): Api;
}

/** @param served the answer that somebody waited for, and the version that it came from */
export type Compare<Api> = (
  operation: string,
  served: { readonly version: string; readonly answer: unknown },
  ask: (api: Api) => Promise<unknown>,
) => void;

type Seen = { readonly kind: 'seen'; readonly answer: unknown } | { readonly kind: 'failed' | 'left-out' };

export function createComparison<Api>({ partner, request, own, trial, speak }: ComparisonParts<Api>): Compare<Api> {
  const { contract, trials } = partner;
  const { log } = request;
  const labels = { partner: contract.partner, company: request.principal.tenant, version: trial.version };
  const count = (outcome: 'same' | 'different' | 'failed' | 'left-out') =>
    trials.metrics.comparisons.inc({ ...labels, outcome });

  return (operation, { version, answer }, ask) => {
    if (trial.isOver()) return;
    const compare = async (signal: AbortSignal): Promise<void> => {
      const deadline = Date.now() + LONGEST_MILLISECONDS;
      const asked = { ...request, isBackground: true, isRepeated: false, signal, deadline };
      const look = async (at: string): Promise<Seen> => {
        try {
          return { kind: 'seen', answer: await ask(speak(at, asked)) };
        } catch (error) {
          if (at !== trial.version || signal.aborted || !speaksAgainst(error)) return { kind: 'left-out' };
          trial.fail(codeOf(error), log);
          return { kind: 'failed' };
        }
      };
      const other = await look(version === own ? trial.version : own);
      if (other.kind !== 'seen') return count(other.kind);
      if (differences(answer, other.answer).length > 0) {
        await wait(SECOND_LOOK_MILLISECONDS, undefined, { signal }).catch(() => undefined);
        const [ours, theirs] = await Promise.all([look(own), look(trial.version)]);
        if (theirs.kind !== 'seen') return count(theirs.kind);
        if (ours.kind !== 'seen') return count(ours.kind);
        const places = differences(ours.answer, theirs.answer);
        if (places.length > 0) {
          log.warn({ ...labels, operation, places }, 'a version on trial answers differently');
          trial.fail(`${operation}: ${places.join(', ')}`, log);
          return count('different');
        }
      }
      trial.pass();
      return count('same');
    };
    if (!trials.compare(compare)) count('left-out');
  };
}
