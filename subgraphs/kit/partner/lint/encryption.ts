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
  const named = Object.keys(encryption.fields).map((field): Complaint | undefined => {
    if (!known.has(field)) return [[...fields, field], 'take it out: the document has no such member'];
    if (marked.has(field)) return undefined;
    return [[...fields, field], 'take it out, or mark it with x-personal-data in the document'];
  });
  const forgotten = [...marked]
    .filter((field) => !Object.hasOwn(encryption.fields, field))
    .map((field): Complaint => [fields, `add ${field}, which the document marks with x-personal-data`]);
  const keys = operations
    .filter(({ route }) => /jwks/i.test(route) && route !== encryption.jwksPath)
    .map(({ route }): Complaint => [['encryption', 'jwksPath'], `give ${route}, as the document has it`]);
  return [...named.flatMap((complaint) => (complaint ? [complaint] : [])), ...forgotten, ...keys];
};
