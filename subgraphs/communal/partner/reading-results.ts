/** Results of readings that were submitted, in whichever version. */
import { violation } from '@commonhold/kit/partner/transport.ts';
import type { SubmittedReading } from './client.ts';
import type { ReadingResult } from './records.ts';

/** @throws {PartnerError} PARTNER_CONTRACT_VIOLATION unless there is one for each reading, in their order */
export function inOrderOf(
  readings: readonly SubmittedReading[],
  results: readonly ReadingResult[],
): readonly ReadingResult[] {
  const isInOrder = results.every((result, at) => !result.reading || result.reading.meterId === readings[at]?.meter);
  if (results.length !== readings.length || !isInOrder) throw violation('communal', 'results');
  return results;
}
