/** What all kinds of resources have in common: how they are asked for, and lists of them (RFC 7644, section 3.4.2). */
import SCIMMY from 'scimmy';
import { z } from 'zod';
import type { ScimAnswer } from './scope.ts';

export interface ResourceRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The resource's, if one is named. */
  readonly id: string | undefined;
  readonly query: Query;
  readonly ifMatch: string | undefined;
  readonly body: unknown;
}

/** Which attributes are wanted; undefined: all. */
export type Selection = InstanceType<typeof SCIMMY.Types.Filter> | undefined;

export const query = z.object({
  filter: z.string().optional(),
  attributes: z.string().max(500).optional(),
  excludedAttributes: z.string().max(500).optional(),
  startIndex: z.string().max(10).optional(),
  count: z.string().max(10).optional(),
});

export type Query = z.output<typeof query>;

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** So many at most come in one answer. */
export const LARGEST_PAGE = 100;

/** What lies outside counts as the nearest inside; what is no number, as not said. */
export function pageOf({ startIndex, count }: Query): Page {
  const start = integer(startIndex) ?? 1;
  const limit = integer(count) ?? LARGEST_PAGE;
  return { offset: Math.max(start, 1) - 1, limit: Math.min(Math.max(limit, 0), LARGEST_PAGE) };
}

export function listAnswer(resources: readonly object[], { offset }: Page, totalResults: number): ScimAnswer {
  const startIndex = offset + 1;
  const schemas = [SCIMMY.Messages.ListResponse.id];
  return {
    status: 200,
    body: { schemas, totalResults, startIndex, itemsPerPage: resources.length, Resources: resources },
  };
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
