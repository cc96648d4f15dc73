/**
 * When versions end. The contract may say so, and the partner's answers: `Deprecation` (RFC 9745) since when a version
 * should not be used any more, `Sunset` (RFC 8594) from when on it may not answer any more. What is new is logged once, and
 * announced to the companies that use the version.
 */
import type { Log } from '@commonhold/platform/log.ts';
import type { Answer } from '../transport.ts';
import type { VersionMetrics } from './metrics.ts';

export type NoteEnd = (answer: Pick<Answer, 'deprecation' | 'sunset'>, log: Pick<Log, 'warn'>) => void;

export interface VersionEnd {
  readonly partner: string;
  readonly version: string;
  /** Those that use the version. */
  readonly companies: readonly string[];
  /** Days, as far as the partner says. */
  readonly deprecatedSince: string | undefined;
  readonly sunset: string | undefined;
}

/** @param agreed last day of the version as the contract has it, such as `2027-06-30` */
export function createEndNotes(
  partner: string,
  version: string,
  agreed: string | undefined,
  { deprecation, sunset }: Pick<VersionMetrics, 'deprecation' | 'sunset'>,
  announce: (end: Pick<VersionEnd, 'partner' | 'version' | 'deprecatedSince' | 'sunset'>) => void,
): NoteEnd {
  const labels = { partner, version };
  const agreedEnd = agreed === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${agreed}T23:59:59Z`);
  if (agreedEnd < Number.POSITIVE_INFINITY) sunset.set(labels, agreedEnd / 1_000);
  let seen = '';
  return (answer, log) => {
    const told = `${answer.deprecation ?? ''} ${answer.sunset ?? ''}`;
    if (told === ' ' || told === seen) return;
    seen = told;
    const since = parseDeprecation(answer.deprecation);
    const end = parseSunset(answer.sunset);
    if (since !== undefined) deprecation.set(labels, since / 1_000);
    if (end !== undefined) sunset.set(labels, Math.min(end, agreedEnd) / 1_000);
    if (since === undefined && end === undefined) return;
    const said = { ...labels, deprecatedSince: day(since), sunset: day(end) };
    log.warn(said, 'partner says that a version ends');
    announce(said);
  };
}

/** A Date of Structured Fields (RFC 9651), in seconds: `@1688169599`. */
function parseDeprecation(header: string | undefined): number | undefined {
  const [, seconds] = /^@(\d{1,12})$/.exec(header?.trim() ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

function parseSunset(header: string | undefined): number | undefined {
  const date = Date.parse(header ?? '');
  return Number.isNaN(date) ? undefined : date;
}

function day(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString().slice(0, 10);
}
