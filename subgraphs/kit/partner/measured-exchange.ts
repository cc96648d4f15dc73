/** Measures what a partner has promised: whether it answers, without a fault of its own, and how soon. */
import type { PartnerMetrics } from './metrics.ts';
import { PartnerError } from './partner-error.ts';
import type { Answer } from './transport.ts';

/** What was given up by whoever asked says nothing about the partner, and isn't counted. */
export async function measured(
  { exchanges, exchangeDuration }: PartnerMetrics,
  labels: { readonly partner: string; readonly company: string },
  exchange: () => Promise<Answer>,
): Promise<Answer> {
  const began = performance.now();
  const count = (outcome: 'answered' | 'error' | 'unreachable'): void => {
    exchanges.inc({ ...labels, outcome });
    exchangeDuration.observe(labels, (performance.now() - began) / 1_000);
  };
  try {
    const answer = await exchange();
    count(answer.status >= 500 ? 'error' : 'answered');
    return answer;
  } catch (error) {
    if (error instanceof PartnerError && error.code === 'PARTNER_CONTRACT_VIOLATION') count('error');
    else if (error instanceof PartnerError && error.isOutage) count('unreachable');
    throw error;
  }
}
