/** One operation of a document, compiled when it is first carried out and kept. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Compilation, compileRoot } from './compile.ts';
import { CollectedErrors, type Execution, NULL } from './execution.ts';
import type { Guard, SelectionPlan } from './plan.ts';
import { writeObject, writeSerially } from './write-object.ts';

export type Executed =
  /** JSON text; `null` when something that can't be null is. */
  | { readonly kind: 'executed'; readonly data: string; readonly errors: readonly GraphQLError[] }
  /** Nothing was carried out: there is no such operation, or its variables aren't what it declares. */
  | {
      readonly kind: 'unknown operation' | 'wrong variables';
      readonly data?: undefined;
      readonly errors: readonly GraphQLError[];
    };

export interface Asked<Context> {
  readonly context: Context;
  readonly rootValue?: unknown;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface Operation<Context> {
  execute(asked: Asked<Context>): Promise<Executed>;
}

/** How many sets of values of its conditions an operation is kept compiled for. */
const MOST_CONDITIONS = 16;
const MOST_VARIABLE_ERRORS = 50;

/**
 * @param guard what stands in front of each type's resolvers
 * @returns the operation of this name; the errors that there is none
 */
export function compileOperation<Context>(
  schema: GraphQLSchema,
  guard: Guard<Context>,
  document: DocumentNode,
  operationName: string | null | undefined,
): Operation<Context> {
  const operation = operationIn(document, operationName);
  if (operation instanceof GraphQLError)
    return { execute: async () => ({ kind: 'unknown operation', errors: [operation] }) };
  const fragments = fragmentsIn(document);
  const conditionNames = conditionsIn(document);
  const plans = new LRUCache<string, SelectionPlan<Context>>({ max: MOST_CONDITIONS });

  const planFor = (conditions: Readonly<Record<string, unknown>>): SelectionPlan<Context> => {
    const key = JSON.stringify(conditions);
    const known = plans.get(key);
    if (known) return known;
    const type = schema.getRootType(operation.operation);
    if (!type) {
      const message = `Schema is not configured to execute ${operation.operation} operation.`;
      throw new GraphQLError(message, { nodes: operation });
    }
    const compilation: Compilation<Context> = { schema, fragments, conditions, guard, places: 0 };
    const plan = compileRoot(type, operation.selectionSet, compilation);
    plans.set(key, plan);
    return plan;
  };

  return {
    execute: async ({ context, rootValue, variables }) => {
      const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, {
        maxErrors: MOST_VARIABLE_ERRORS,
        hideSuggestions: true,
      });
      if (errors) return { kind: 'wrong variables', errors };
      const execution: Execution<Context> = {
        ...{ schema, operation, fragments, rootValue, context },
        variableValues: coerced,
        args: [],
        errors: new CollectedErrors(),
      };
      return { kind: 'executed', data: await write(execution, planFor, conditionNames), errors: execution.errors.all };
    },
  };
}

async function write<Context>(
  execution: Execution<Context>,
  planFor: (conditions: Readonly<Record<string, unknown>>) => SelectionPlan<Context>,
  conditionNames: readonly string[],
): Promise<string> {
  const { operation, rootValue, variableValues, errors } = execution;
  try {
    const plan = planFor(pick(variableValues, conditionNames));
    if (operation.operation === OperationTypeNode.MUTATION) return await writeSerially(plan, rootValue, execution);
    return await writeObject(plan, rootValue, execution, undefined);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    errors.add(error, undefined);
    return NULL;
  }
}

/** Those that there are: one without a value isn't one whose value is undefined. */
function pick(values: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]]));
}

function operationIn(
  { definitions }: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode | GraphQLError {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (name === null || name === undefined) {
    if (operations.length > 1)
      return new GraphQLError('Must provide operation name if query contains multiple operations.');
    return operations[0] ?? new GraphQLError('Must provide an operation.');
  }
  return (
    operations.find((operation) => operation.name?.value === name) ??
    new GraphQLError(`Unknown operation named "${name}".`)
  );
}

function fragmentsIn({ definitions }: DocumentNode): Readonly<Record<string, FragmentDefinitionNode>> {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.assign(
    Object.create(null),
    Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
  );
}

/** Variables that say whether something is selected. */
function conditionsIn(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: (directive) => {
      if (directive.name.value !== 'skip' && directive.name.value !== 'include') return;
      for (const { value } of directive.arguments ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}
