/** What is counted about partners' events. Labels name partners and outcomes, never a company, an id or an address. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface EventMetrics {
  readonly webhooks: Counter<'partner' | 'outcome'>;
  readonly polls: Counter<'partner' | 'outcome'>;
  readonly events: Counter<'kind' | 'order'>;
  readonly gaps: Counter<'outcome'>;
  readonly deadLetters: Gauge<'partner'>;
}

/** Once a process, however many partners tell it something. */
export function createEventMetrics(registry: Registry): EventMetrics {
  const registers = [registry];
  return {
    webhooks: new Counter({
      name: 'partner_webhooks_total',
      help: 'Webhooks of a partner by what became of them',
      labelNames: ['partner', 'outcome'],
      registers,
    }),
    polls: new Counter({
      name: 'partner_polls_total',
      help: 'Questions to a partner for changes, by how they ended',
      labelNames: ['partner', 'outcome'],
      registers,
    }),
    events: new Counter({
      name: 'partner_events_total',
      help: 'Events of partners: in-order, late, or a duplicate, which is left out',
      labelNames: ['kind', 'order'],
      registers,
    }),
    gaps: new Counter({
      name: 'partner_event_gaps_total',
      help: 'Numbers that were missing among the changes of an entity, by what became of them',
      labelNames: ['outcome'],
      registers,
    }),
    deadLetters: new Gauge({
      name: 'partner_dead_letters',
      help: 'Events that were verified but not understood, and are kept',
      labelNames: ['partner'],
      registers,
    }),
  };
}
