/** SDL and resolvers of a subgraph → the schema that is executed, and the policy in front of every resolver. */
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { assertEveryFieldHasPolicy } from '@commonhold/schema/directives/complete.ts';
import { requirementsOf } from '@commonhold/schema/directives/requirements-of.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import {
  type DocumentNode,
  type GraphQLSchema,
  isEnumType,
  isInterfaceType,
  isObjectType,
  isScalarType,
} from 'graphql';
import type { Defects } from './defects.ts';
import type { Guard } from './execution/plan.ts';
import { compilePolicy } from './shield/compiled.ts';
import { interpretPolicy } from './shield/interpreted.ts';
import type { PolicyMode } from './shield/policy-mode.ts';
import { guardReferences } from './shield/reference-resolvers.ts';
import { ruleTree } from './shield/rule-tree.ts';
import { createClasses, createVerdicts } from './shield/verdicts.ts';
import type { SubgraphDefinition, SubgraphRequest } from './subgraph-definition.ts';

export interface ExecutableSchema {
  readonly schema: GraphQLSchema;
  /** What the execution asks before it calls a resolver; nothing, where the schema's resolvers ask by themselves. */
  readonly guard: Guard<SubgraphRequest>;
}

/**
 * 1. Read the SDL; every field has to have a policy.
 * 2. Put the tenant's wall in front of each `__resolveReference`.
 * 3. Put the SDL's policy in front of each field: one rule tree, compiled or interpreted.
 *
 * @throws {StartupError} naming the file that is broken, the field without a policy, or the resolver of nothing.
 */
export async function buildExecutableSchema(
  { name, schemaFiles, resolvers }: Pick<SubgraphDefinition<object>, 'name' | 'schemaFiles' | 'resolvers'>,
  defects: Defects,
  mode: PolicyMode,
): Promise<ExecutableSchema> {
  const document = await readSchema(schemaFiles);
  assertEveryFieldHasPolicy(document, name);
  const policy = requirementsOf(document);
  const plain = buildSchema(name, document, {});
  assertResolversFit(name, plain, resolvers);
  const classes = createClasses();
  const parts = { classes, verdictsOf: createVerdicts(classes), defects };
  const schema = buildSchema(name, document, guardReferences(plain, resolvers, policy, parts));
  const tree = ruleTree(schema, policy, defects);
  return mode === 'interpreted'
    ? { schema: interpretPolicy(schema, tree, defects), guard: () => undefined }
    : { schema, guard: compilePolicy(schema, tree, parts) };
}

function buildSchema(
  subgraph: string,
  typeDefs: DocumentNode,
  resolvers: Readonly<Record<string, object>>,
): GraphQLSchema {
  try {
    return buildSubgraphSchema([{ typeDefs, resolvers: federationResolvers(resolvers) }]);
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'unknown';
    throw new StartupError(`The schema of subgraph ${subgraph} is not valid (${problem})`, 'correct its SDL');
  }
}

/** A misspelt resolver is ignored by the libraries, and its field silently null; here it doesn't start. */
function assertResolversFit(
  subgraph: string,
  schema: GraphQLSchema,
  resolvers: Readonly<Record<string, object>>,
): void {
  const strangers = Object.entries(resolvers).flatMap(([typeName, typeResolvers]) => {
    const type = schema.getType(typeName);
    if (isScalarType(type) || isEnumType(type)) return [];
    if (!isObjectType(type) && !isInterfaceType(type)) return [typeName];
    const known = new Set([...Object.keys(type.getFields()), '__resolveReference', '__resolveType', '__isTypeOf']);
    return Object.keys(typeResolvers)
      .filter((field) => !known.has(field))
      .map((field) => `${typeName}.${field}`);
  });
  if (strangers.length > 0) {
    throw new StartupError(
      `Subgraph ${subgraph} has resolvers for what its SDL doesn't have (${strangers.join(', ')})`,
      'correct their names',
    );
  }
}

/** The library's type of a resolver map can't say `__resolveReference`; what it does with one is what is wanted. */
function federationResolvers(resolvers: Readonly<Record<string, object>>): GraphQLResolverMap<unknown> {
  return resolvers as GraphQLResolverMap<unknown>;
}
