/** A subgraph's SDL with resolvers that only say that they were called, once with each way of carrying out its policy. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { buildExecutableSchema } from '@commonhold/kit/executable-schema.ts';
import { compileOperation } from '@commonhold/kit/execution/operation.ts';
import { idTypeOf } from '@commonhold/kit/shield/id-type.ts';
import type { PolicyMode } from '@commonhold/kit/shield/policy-mode.ts';
import type { SubgraphRequest } from '@commonhold/kit/subgraph-definition.ts';
import { NO_CONSENTS } from '@commonhold/kit/tenancy/consents.ts';
import type { Principal } from '@commonhold/kit/tenancy/principal.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import type { SubgraphEntry } from '@commonhold/schema/subgraphs.ts';
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
} from 'graphql';

export interface Asked {
  readonly principal: Principal;
  /** What stands for the object of each field that is asked for, given its place and the type in ids of its kind. */
  readonly objectOf: (idType: string, place: string) => object;
}

export interface Outcome {
  readonly data: unknown;
  /** Messages, codes and paths. */
  readonly errors: readonly string[];
  /** Fields whose resolver was called. */
  readonly called: readonly string[];
  /** Types of which a foreign object was recorded. */
  readonly dropped: readonly string[];
}

export interface Modes {
  readonly compiled: (asked: Asked) => Promise<Outcome>;
  readonly interpreted: (asked: Asked) => Promise<Outcome>;
  /** All that were asked for, as `Type.field`. */
  readonly fields: ReadonlySet<string>;
}

interface Context extends SubgraphRequest {
  readonly asked: Asked;
  readonly called: string[];
}

export async function startModes(subgraph: SubgraphEntry): Promise<Modes> {
  const sdl = await readSchema(subgraph.schemaFiles);
  const plain = buildSubgraphSchema([{ typeDefs: sdl }]);
  const types = Object.values(plain.getTypeMap()).filter(isObjectType).filter(isOwn);
  const roots = [plain.getQueryType(), plain.getMutationType()];
  const inner = types.filter((type) => !roots.includes(type));
  const folder = await mkdtemp(join(tmpdir(), 'commonhold-modes-'));
  const probes = join(folder, 'probes.graphql');
  await writeFile(probes, `extend type Query {\n${inner.map(probeOf).join('\n')}\n}`);
  const schemaFiles = [...subgraph.schemaFiles, pathToFileURL(probes)];
  const run = async (policy: PolicyMode): Promise<Modes['compiled']> => {
    let dropped: string[] = [];
    const { schema, guard } = await buildExecutableSchema(
      { name: subgraph.name, schemaFiles, resolvers: resolversOf(plain, types) },
      { foreignObjectDropped: (type) => dropped.push(type), unexpectedError: () => {} },
      policy,
    );
    const operations = operationsOf(plain, inner).map((text) => compileOperation(schema, guard, parse(text), null));
    return async (asked) => {
      dropped = [];
      const called: string[] = [];
      const outcomes = [];
      for (const operation of operations) {
        const context: Context = { ...REQUEST, principal: asked.principal, asked, called };
        outcomes.push(await operation.execute({ context }));
      }
      return {
        data: outcomes.map((outcome): unknown =>
          outcome.kind === 'executed' ? JSON.parse(outcome.data) : outcome.kind,
        ),
        errors: outcomes
          .flatMap(({ errors }) => errors)
          .map((error) => JSON.stringify([error.message, error.extensions, error.path]))
          .sort(),
        called: called.sort(),
        dropped: dropped.sort(),
      };
    };
  };
  try {
    return {
      compiled: await run('compiled'),
      interpreted: await run('interpreted'),
      fields: new Set(
        types.flatMap((type) =>
          Object.values(type.getFields())
            .filter(isOwn)
            .map(({ name }) => `${type.name}.${name}`),
        ),
      ),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const REQUEST = {
  requestId: 'modes',
  deadline: Number.MAX_SAFE_INTEGER,
  signal: new AbortController().signal,
  log: createLog('modes', { LOG_LEVEL: 'silent' }),
  consents: NO_CONSENTS,
};

function isOwn({ name }: { readonly name: string }): boolean {
  return !name.startsWith('_');
}

const probeOf = ({ name }: GraphQLObjectType): string => `probe${name}: ${name} @policy(policies: [["public"]])`;

/**
 * Each field of an object by a probe of its own, and each root field that can't be null by an operation of its own, so
 * that a null that may not stand there hides no other.
 */
function operationsOf(schema: GraphQLSchema, inner: readonly GraphQLObjectType[]): string[] {
  const probes = inner.flatMap((type) =>
    Object.values(type.getFields()).map(
      (field) => `${type.name}_${field.name}: probe${type.name} { ${selection(field)} }`,
    ),
  );
  const query = rootFields(schema.getQueryType());
  const mutation = rootFields(schema.getMutationType());
  return [
    `{ ${[...query.nullable, ...probes].join(' ')} }`,
    ...query.others.map((field) => `{ ${field} }`),
    ...(mutation.nullable.length > 0 ? [`mutation { ${mutation.nullable.join(' ')} }`] : []),
    ...mutation.others.map((field) => `mutation { ${field} }`),
    '{ _service { sdl } }',
  ];
}

function rootFields(type: GraphQLObjectType | null | undefined): Record<'nullable' | 'others', string[]> {
  const fields = Object.values(type?.getFields() ?? {}).filter(isOwn);
  return {
    nullable: fields.filter((field) => !isNonNullType(field.type)).map(selection),
    others: fields.filter((field) => isNonNullType(field.type)).map(selection),
  };
}

function selection({ name, args, type }: GraphQLField<unknown, unknown>): string {
  const given = args
    .filter(({ type: asked }) => isNonNullType(asked))
    .map((argument) => `${argument.name}: ${literal(argument.type)}`);
  return `${name}${given.length > 0 ? `(${given.join(', ')})` : ''}${isCompositeType(getNamedType(type)) ? ' { __typename }' : ''}`;
}

function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return '[]';
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${required.map((field) => `${field.name}: ${literal(field.type)}`).join(', ')} }`;
  }
  return LITERALS[type.name] ?? '"x"';
}

const LITERALS: Readonly<Record<string, string>> = {
  Int: '1',
  Float: '1',
  Boolean: 'true',
  DateTime: '"2026-01-01T00:00:00Z"',
};

function resolversOf(schema: GraphQLSchema, types: readonly GraphQLObjectType[]): Record<string, object> {
  const resolvers = types.map((type) => {
    const fields = Object.values(type.getFields())
      .filter(isOwn)
      .map((field) => [
        field.name,
        (_parent: unknown, _args: unknown, { called }: Context) => {
          called.push(`${type.name}.${field.name}`);
          return sampleOf(schema, field.type);
        },
      ]);
    return [type.name, Object.fromEntries(fields)] as const;
  });
  const root = schema.getQueryType()?.name ?? 'Query';
  const probes = types.map(
    (type) =>
      [
        `probe${type.name}`,
        (_: unknown, __: unknown, { asked }: Context, { path }: GraphQLResolveInfo) =>
          asked.objectOf(idTypeOf(type), String(path.key)),
      ] as const,
  );
  const byType: Record<string, object> = Object.fromEntries(resolvers);
  const without = (name: string) =>
    name !== `probe${schema.getQueryType()?.name}` && name !== `probe${schema.getMutationType()?.name}`;
  return { ...byType, [root]: { ...byType[root], ...Object.fromEntries(probes.filter(([name]) => without(name))) } };
}

/** Something that may stand in the place of a value of this type. */
function sampleOf(schema: GraphQLSchema, type: GraphQLOutputType): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [];
  if (isEnumType(nullable)) return nullable.getValues()[0]?.value;
  if (isAbstractType(nullable)) return { __typename: schema.getPossibleTypes(nullable)[0]?.name };
  if (isObjectType(nullable)) return {};
  return JSON.parse(LITERALS[nullable.name] ?? '"x"');
}
