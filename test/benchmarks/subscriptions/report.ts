/** Figures → what they are held against: none lost or doubled, p99 below a second. */
import type { SubscriptionsFigures } from './benchmark.ts';

export function reportSubscriptions(figures: SubscriptionsFigures): string {
  const { subscriptions, eventsPerSecond, expected, lost, doubled, delivery, kilobytesPerSubscription, cores } =
    figures;
  const { p50Milliseconds, p99Milliseconds, maxMilliseconds } = delivery;
  return [
    `${subscriptions} subscriptions, ${eventsPerSecond} events a second: lost=${lost} doubled=${doubled} of ${expected} deliveries`,
    `delivery p50=${p50Milliseconds.toFixed(0)} p99=${p99Milliseconds.toFixed(0)} max=${maxMilliseconds.toFixed(0)} ms`,
    `memory per subscription=${kilobytesPerSubscription.toFixed(1)} KB, gateway=${cores.toFixed(2)} cores`,
  ].join('\n');
}
