/** What is repeated for its path's sake only reads. */
import type { Check, Complaint } from './lint-contract.ts';

export const lintRetries: Check = ({ retries: { querySuffix } }, { operations }) => {
  if (querySuffix === undefined) return [];
  const member = ['retries', 'querySuffix'];
  const repeated = operations.filter(({ method, route }) => method === 'post' && route.endsWith(querySuffix));
  if (repeated.length === 0) return [[member, `take it out: the document has no POST to a path that ends so`]];
  return repeated.flatMap(({ id, parameters, status }): readonly Complaint[] => {
    const isOrder = status !== 200 || parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key');
    return isOrder ? [[member, `choose another: ${id} ends so, and orders something rather than to read`]] : [];
  });
};
