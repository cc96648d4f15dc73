/** What introspection shows. */
import { z } from 'zod';

export const ALL_FIELDS = '{ __schema { types { name fields(includeDeprecated: true) { name } } } }';

const introspected = z.object({
  __schema: z.object({
    types: z.array(z.object({ name: z.string(), fields: z.array(z.object({ name: z.string() })).nullable() })),
  }),
});

/** `Type.field` of every field in an answer to `ALL_FIELDS` but those of introspection itself. */
export function introspectedFields(data: unknown): readonly string[] {
  return introspected
    .parse(data)
    .__schema.types.filter(({ name }) => !name.startsWith('__'))
    .flatMap(({ name, fields }) => (fields ?? []).map((field) => `${name}.${field.name}`));
}
