/**
 * An operation → closures that write its answer.
 *
 * What is selected on objects of a type is worked out when the first object of that type comes by, and kept for all
 * others and for later executions. graphql-js's own `collectFields` says what is selected: the conditions of `@skip` and
 * `@include` are given to it, so that what is compiled holds for these conditions alone.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  GraphQLID,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLString,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { getFieldDef } from 'graphql/execution/execute.js';
import { inspect } from 'graphql/jsutils/inspect.js';
import { isPromise, NULL, type Written } from './execution.ts';
import { quickly, writeLeaf } from './leaf.ts';
import { openings } from './openings.ts';
import type { Complete, FieldPlan, Guard, SelectedField, SelectionPlan } from './plan.ts';
import { resolveInfo } from './resolve-info.ts';
import { resolveRuntimeType } from './runtime-type.ts';
import { writeList } from './write-list.ts';
import { writeObject } from './write-object.ts';

export interface Compilation<Context> {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Values of the variables that conditions name. */
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly guard: Guard<Context>;
  /** How many places for arguments were given out. */
  places: number;
}

/** @throws {GraphQLError} when a condition has no value. */
export function compileRoot<Context>(
  type: GraphQLObjectType,
  selections: SelectionSetNode,
  compilation: Compilation<Context>,
): SelectionPlan<Context> {
  const { schema, fragments, conditions } = compilation;
  return selectionPlan(type, collectFields(schema, fragments, conditions, type, selections), compilation);
}

function selectionPlan<Context>(
  parentType: GraphQLObjectType,
  selected: ReadonlyMap<string, readonly FieldNode[]>,
  compilation: Compilation<Context>,
): SelectionPlan<Context> {
  const fields: FieldPlan<Context>[] = [];
  for (const [key, nodes] of selected) {
    const [node] = nodes;
    const definition = node && getFieldDef(compilation.schema, parentType, node);
    if (!definition) continue;
    fields.push(fieldPlan({ key, parentType, definition, nodes }, fields.length === 0, compilation));
  }
  return { type: parentType, fields, guard: compilation.guard(parentType) };
}

function fieldPlan<Context>(
  field: SelectedField,
  isFirst: boolean,
  compilation: Compilation<Context>,
): FieldPlan<Context> {
  const { key, parentType, definition } = field;
  const { name, type, args, resolve } = definition;
  const inner = isNonNullType(type) ? type.ofType : type;
  const guard = name.startsWith('__') ? undefined : compilation.guard(parentType)?.field(name);
  const isOwnProperty = resolve === undefined && args.length === 0;
  return {
    ...field,
    openings: openings(`${isFirst ? '' : ','}"${key}":`),
    constant: definition === TypeNameMetaFieldDef ? `"${parentType.name}"` : undefined,
    requirementClass: guard?.by === 'rights' ? guard.requirementClass : undefined,
    checkArguments: guard?.by === 'arguments' ? guard.check : undefined,
    argsPlace: args.length === 0 ? undefined : compilation.places++,
    isNullable: !isNonNullType(type),
    isLeaf: isLeafType(inner),
    complete: completion(type, field, compilation),
    isText: isOwnProperty && (inner === GraphQLString || inner === GraphQLID),
    quickly: isOwnProperty && isLeafType(inner) ? quickly(type) : undefined,
  };
}

function completion<Context>(
  type: GraphQLOutputType,
  field: SelectedField,
  compilation: Compilation<Context>,
): Complete<Context> {
  if (isNonNullType(type)) return notNull(completion(type.ofType, field, compilation), field);
  if (isListType(type)) {
    const isLeaf = isLeafType(isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType);
    const complete = completion(type.ofType, field, compilation);
    const item = { complete, isNullable: !isNonNullType(type.ofType), isLeaf, field };
    return unlessNull((value, execution, path) => writeList(value, item, execution, path));
  }
  if (isLeafType(type)) {
    const write = quickly(type);
    return unlessNull((value) => write(value) ?? writeLeaf(type, value));
  }
  if (isAbstractType(type)) {
    const completions = new Map<GraphQLObjectType, Complete<Context>>();
    return unlessNull((value, execution, path) => {
      const go = (runtimeType: GraphQLObjectType): Written => {
        const complete = completions.get(runtimeType) ?? objectCompletion(runtimeType, field, compilation);
        completions.set(runtimeType, complete);
        return complete(value, execution, path);
      };
      const runtimeType = resolveRuntimeType(type, value, field, execution, path);
      return isPromise(runtimeType) ? runtimeType.then(go) : go(runtimeType);
    });
  }
  return unlessNull(objectCompletion(type, field, compilation));
}

function unlessNull<Context>(complete: Complete<Context>): Complete<Context> {
  return (value, execution, path) => {
    if (value === null || value === undefined) return NULL;
    if (value instanceof Error) throw value;
    return complete(value, execution, path);
  };
}

function notNull<Context>(complete: Complete<Context>, { parentType, definition }: SelectedField): Complete<Context> {
  const assert = (written: string): string => {
    if (written !== NULL) return written;
    throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
  };
  return (value, execution, path) => {
    const written = complete(value, execution, path);
    return typeof written === 'string' ? assert(written) : written.then(assert);
  };
}

function objectCompletion<Context>(
  type: GraphQLObjectType,
  field: SelectedField,
  compilation: Compilation<Context>,
): Complete<Context> {
  const { schema, fragments, conditions } = compilation;
  let plan: SelectionPlan<Context> | undefined;
  const known = (): SelectionPlan<Context> => {
    plan ??= selectionPlan(type, collectSubfields(schema, fragments, conditions, type, field.nodes), compilation);
    return plan;
  };
  const { isTypeOf } = type;
  if (!isTypeOf) return (value, execution, path) => writeObject(plan ?? known(), value, execution, path);
  return (value, execution, path) => {
    const selection = known();
    const go = (isIt: boolean): Written => {
      if (isIt) return writeObject(selection, value, execution, path);
      const { nodes } = field;
      throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, { nodes });
    };
    const isIt = isTypeOf.call(type, value, execution.context, resolveInfo(field, execution, path));
    return isPromise(isIt) ? isIt.then(go) : go(isIt);
  };
}
