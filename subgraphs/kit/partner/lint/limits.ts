/** A batch holds no more than the document lets a list have. It is named after the list, or after the operation's path. */
import { z } from 'zod';
import type { Check, Complaint } from './lint-contract.ts';
import type { PartnerDocument } from './partner-document.ts';

const body = z.looseObject({
  properties: z
    .record(z.string(), z.looseObject({ type: z.unknown().optional(), maxItems: z.number().optional() }))
    .default({}),
});

export const lintBatches: Check = ({ limits }, document) =>
  Object.entries(limits.batches).flatMap(([resource, size]): readonly Complaint[] => {
    const member = ['limits', 'batches', resource];
    const lists = listsOf(document, resource);
    if (lists.length === 0) return [[member, `take it out: no operation of the document takes a list of ${resource}`]];
    const least = Math.min(...lists);
    return size > least ? [[member, `give at most ${least}, which is maxItems in the document`]] : [];
  });

function listsOf({ basePath, operations }: PartnerDocument, resource: string): readonly number[] {
  return operations.flatMap(({ route, body: schema = {} }) => {
    const isItsOwn = route.startsWith(`${basePath}/${resource}/`) || route === `${basePath}/${resource}`;
    return Object.entries(body.parse(schema).properties)
      .filter(([name, { type }]) => type === 'array' && (isItsOwn || name === resource))
      .map(([, { maxItems }]) => maxItems ?? Number.POSITIVE_INFINITY);
  });
}
