/** Events are those that the document names as its webhooks, and where we ask for them, there is an operation to ask by. */
import type { Check, Complaint } from './lint-contract.ts';

export const lintEvents: Check = ({ events }, { basePath, webhooks, operations }) => {
  if (!events) {
    return webhooks.length === 0 ? [] : [[['events'], `say how we learn of ${webhooks.join(', ')}`]];
  }
  const unknown = events.types.flatMap((type, index): readonly Complaint[] =>
    webhooks.includes(type) ? [] : [[['events', 'types', index], `take out ${type}: the document has no such webhook`]],
  );
  const forgotten = webhooks.filter((type) => !events.types.includes(type));
  const missing: readonly Complaint[] =
    forgotten.length === 0 ? [] : [[['events', 'types'], `add ${forgotten.join(', ')}, or nobody learns of it`]];
  if (events.delivery === 'webhooks') return [...unknown, ...missing];
  const isThere = operations.some(({ route }) => route === `${basePath}${events.path}`);
  const lost: readonly Complaint[] = isThere ? [] : [[['events', 'path'], 'name an operation that the document has']];
  return [...unknown, ...missing, ...lost];
};
