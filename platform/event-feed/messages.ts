/**
 * What a subgraph tells the gateway of changes at its partners: one JSON object a line, over one long answer to
 * `GET /events?after=<cursor>`.
 *
 * 1. `gap`: what happened after the cursor that was asked for isn't known any more. What follows comes after `cursor`;
 *    whoever wants to know the state has to ask for it. It also comes later, to a reader that was overtaken.
 * 2. `event`: each event, in the order in which it was accepted.
 * 3. `heartbeat`: everything up to `cursor` has been told. The first comes at once.
 *
 * Events carry ids, never what has changed.
 */
import { z } from 'zod';

const text = z.string().min(1).max(255);

const partnerEvent = z.object({
  /** Where to go on after this event; opaque, of this subgraph alone. */
  cursor: text,
  /** Of the partner's event: unique for the partner and company. */
  id: text,
  kind: z.enum(['device-changed', 'service-request-changed']),
  company: text,
  /** The object that changed: its GraphQL type, and the opaque id that a client knows it by. */
  entity: z.object({ type: text, id: z.string().min(1).max(512) }),
  alarm: z.enum(['leak', 'lock']).exactOptional(),
  occurredAt: z.iso.datetime({ offset: true }),
  /** Whether a newer event of the same entity came before it. */
  isLate: z.boolean(),
});

export type PartnerEvent = z.output<typeof partnerEvent>;

const message = z.union([
  z.object({ gap: z.literal(true), cursor: text }),
  z.object({ event: partnerEvent }),
  z.object({ heartbeat: z.literal(true), cursor: text }),
]);

export type EventMessage = z.output<typeof message>;

/** @throws {Error} when the line is no message */
export function parseEventMessage(line: string): EventMessage {
  return message.parse(JSON.parse(line));
}

/** As it goes over the wire, the end of the line included. */
export function formatEventMessage(told: EventMessage): string {
  return `${JSON.stringify(told)}\n`;
}
