/**
 * What can be subscribed to: each field of `Subscription`, the events that move it, and the query by which its object is
 * read. The query asks for the same rights.
 */
import type { PartnerEvent } from '@commonhold/platform/event-feed/messages.ts';

export interface LiveField {
  /** Whose events these are. */
  readonly subgraph: LiveSubgraph;
  readonly event: PartnerEvent['kind'];
  /** A field of `Query` that takes an `id` and gives the same type. */
  readonly query: string;
}

export const LIVE_SUBGRAPHS = ['smart-home', 'communal'] as const;
export type LiveSubgraph = (typeof LIVE_SUBGRAPHS)[number];

export const LIVE_FIELDS: ReadonlyMap<string, LiveField> = new Map([
  ['deviceChanged', { subgraph: 'smart-home', event: 'device-changed', query: 'device' }],
  ['serviceRequestChanged', { subgraph: 'communal', event: 'service-request-changed', query: 'serviceRequest' }],
]);
