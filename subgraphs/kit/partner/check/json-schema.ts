/** What a JSON Schema lets through, as far as partners' documents and our own schemas say it. */
import { z } from 'zod';

/** One of the alternatives of a schema. */
export interface Shape {
  /** undefined: anything. */
  readonly type: string | undefined;
  readonly values: readonly unknown[] | undefined;
  readonly format: string | undefined;
  readonly pattern: string | undefined;
  readonly greatest: { readonly [Limit in 'maximum' | 'maxLength' | 'maxItems']: number | undefined };
  readonly least: { readonly [Limit in 'minimum' | 'minLength' | 'minItems']: number | undefined };
  readonly properties: ReadonlyMap<string, Schema>;
  readonly required: ReadonlySet<string>;
  /** No other properties than those. */
  readonly isClosed: boolean;
  readonly items: Schema | undefined;
}

export type Schema = { readonly [member: string]: unknown };

const schema: z.ZodType<Schema> = z.record(z.string(), z.unknown());
const known = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
  maxItems: z.number().optional(),
  minimum: z.number().optional(),
  minLength: z.number().optional(),
  minItems: z.number().optional(),
  properties: z.record(z.string(), schema).default({}),
  required: z.array(z.string()).default([]),
  additionalProperties: z.unknown().optional(),
  items: schema.optional(),
  allOf: z.array(schema).default([]),
  anyOf: z.array(schema).default([]),
  oneOf: z.array(schema).default([]),
});

/** The alternatives of a schema without references: `oneOf`, `anyOf` and lists of types come apart, `allOf` together. */
export function shapesOf(found: Schema): readonly Shape[] {
  const parsed = known.parse(together(found));
  const alternatives = [...parsed.anyOf, ...parsed.oneOf];
  if (alternatives.length > 0) return alternatives.flatMap(shapesOf);
  const types = Array.isArray(parsed.type) ? parsed.type : [parsed.type ?? typeFrom(parsed)];
  return types.map((type) => ({
    type,
    values: parsed.enum ?? (parsed.const === undefined ? undefined : [parsed.const]),
    format: parsed.format,
    pattern: parsed.pattern,
    greatest: { maximum: parsed.maximum, maxLength: parsed.maxLength, maxItems: parsed.maxItems },
    least: { minimum: parsed.minimum, minLength: parsed.minLength, minItems: parsed.minItems },
    properties: new Map(Object.entries(parsed.properties)),
    required: new Set(parsed.required),
    isClosed: parsed.additionalProperties === false,
    items: parsed.items,
  }));
}

function together({ allOf, ...rest }: Schema): Schema {
  const parts = z.array(schema).safeParse(allOf).data ?? [];
  return Object.assign({}, ...parts.map(together), rest);
}

function typeFrom({ properties, enum: values }: z.output<typeof known>): string | undefined {
  if (Object.keys(properties).length > 0) return 'object';
  return values?.every((value) => typeof value === 'string') ? 'string' : undefined;
}
