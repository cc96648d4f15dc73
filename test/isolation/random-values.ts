/** What an argument of a name holds, as far as its type doesn't say it. */
import type { Choices } from './choices.ts';

const CALLED_OTHERWISE: Readonly<Record<string, string>> = { assignee: 'Person', review: 'ReviewCampaign' };

/**
 * The type whose id belongs into an argument: `id` takes one of what the field returns, others are called after it, or
 * after what it is to them.
 */
export function idTypeAt(name: string, returned: string): string {
  if (name === 'id') return returned;
  const called = CALLED_OTHERWISE[name];
  if (called !== undefined) return called;
  const singular = name.replace(/s$/, '');
  return singular.slice(0, 1).toUpperCase() + singular.slice(1);
}

const HOUR_MILLISECONDS = 60 * 60 * 1000;

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  numberPrefix: ['1', '10', '2', '301', '', 'x'.repeat(30)],
  from: [monthsAgo(8), monthsAgo(12), monthsAgo(3), '2026-3'],
  to: [monthsAgo(6), monthsAgo(8), monthsAgo(2), 'soon'],
  value: ['12345.678', '99999', '1', '-1', '1e9'],
  targetTemperatureCelsius: ['21', '19.5', '5', '31', 'warm'],
  until: [instant(24 * 200), instant(1), instant(-1), instant(24 * 1000), 'tomorrow'],
  deadline: [instant(24 * 7), instant(24 * 30)],
  readAt: [instant(-1), instant(-24), instant(24)],
};

/** A text or an instant for the argument or input field `name`. */
export function textAt(choices: Choices, name: string): string {
  return choices.of(TEXTS[name] ?? ['noted by a test', 'ä"\\n{}', ' ', '../../etc']);
}

function instant(hoursFromNow: number): string {
  return new Date(Math.floor(Date.now() / HOUR_MILLISECONDS + hoursFromNow) * HOUR_MILLISECONDS).toISOString();
}

/** A month such as `2026-03`. */
function monthsAgo(months: number): string {
  const day = new Date();
  day.setUTCDate(1);
  day.setUTCMonth(day.getUTCMonth() - months);
  return day.toISOString().slice(0, 7);
}
