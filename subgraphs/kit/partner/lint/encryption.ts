/** Personal values are encrypted in the contract where the document marks them, and the keys are where it says. */
import type { Check, Complaint } from './lint-contract.ts';

export const lintEncryption: Check = ({ encryption }, { components, operations }) => {
  const marked = new Set<string>();
  const known = new Set<string>();
  for (const [name, { properties }] of Object.entries(components.schemas)) {
    for (const [property, { 'x-personal-data': isPersonal }] of Object.entries(properties)) {
      known.add(`${name}.${property}`);
      if (isPersonal) marked.add(`${name}.${property}`);
    }
  }
  if (!encryption) {
    if (marked.size === 0) return [];
    return [[['encryption'], `add it, as the document marks ${[...marked].join(', ')} with x-personal-data`]];
  }
  const fields = ['encryption', 'fields'];
  const named = encryption.fields.map((field, index): Complaint | undefined => {
    if (!known.has(field)) return [[...fields, index], `take it out: the document has no ${field}`];
    if (marked.has(field)) return undefined;
    return [[...fields, index], `take it out, or mark ${field} with x-personal-data in the document`];
  });
  const forgotten = [...marked]
    .filter((field) => !encryption.fields.includes(field))
    .map((field): Complaint => [fields, `add ${field}, which the document marks with x-personal-data`]);
  const keys = operations
    .filter(({ route }) => /jwks/i.test(route) && route !== encryption.jwksPath)
    .map(({ route }): Complaint => [['encryption', 'jwksPath'], `give ${route}, as the document has it`]);
  return [...named.flatMap((complaint) => (complaint ? [complaint] : [])), ...forgotten, ...keys];
};
