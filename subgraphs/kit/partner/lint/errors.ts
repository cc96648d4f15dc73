/** The partner's own statuses and codes are ones that the document knows. */
import { z } from 'zod';
import type { Check, Complaint } from './lint-contract.ts';

const codeOfProblem = z.looseObject({
  enum: z.array(z.unknown()).default([]),
  examples: z.array(z.unknown()).default([]),
});

export const lintErrors: Check = ({ errors }, { components, operations }) => {
  const statuses = new Set(operations.flatMap((operation) => operation.statuses));
  const properties = Object.entries(components.schemas).flatMap(([name, schema]) =>
    /problem|error/i.test(name) ? [schema.properties['type'], schema.properties['code']] : [],
  );
  const codes = new Set(
    properties.flatMap((property) => {
      const parsed = codeOfProblem.safeParse(property);
      return parsed.success ? [...parsed.data.enum, ...parsed.data.examples] : [];
    }),
  );
  const unknownStatuses = Object.keys(errors.statuses)
    .filter((status) => !statuses.has('default') && !statuses.has(status))
    .map(
      (status): Complaint => [['errors', 'statuses', status], 'take it out: no operation of the document answers so'],
    );
  const unknownCodes = Object.keys(errors.codes)
    .filter((code) => !codes.has(code))
    .map(
      (code): Complaint => [
        ['errors', 'codes', code],
        'take it out, or name it in the document, under enum or examples of the type or code of its problems',
      ],
    );
  return [...unknownStatuses, ...unknownCodes];
};
