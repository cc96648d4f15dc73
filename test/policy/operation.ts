/** Paths → one operation that goes all of them, and what its answer holds at the end of each. `__typename` is asked for everywhere. */
import {
  type GraphQLArgument,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type FieldPath, fieldOf, returnedType, type Step } from './field-paths.ts';

/** What is given for an argument of a root field; `next` is the step below it, which may ask for an object of a kind. */
export type ArgumentValue = (step: Step, next: Step | undefined, argument: GraphQLArgument) => unknown;

export interface AskedField {
  readonly path: FieldPath;
  /** Name in the answer of each step. */
  readonly keys: readonly string[];
}

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fields: readonly AskedField[];
}

interface Node {
  readonly step: Step;
  readonly key: string;
  readonly text: string;
  readonly below: Map<string, Node>;
}

/**
 * A field at the root is asked once for each set of arguments; below it, arguments have their defaults.
 *
 * @throws {TypeError} when nothing is given for an argument that is needed.
 */
export function operationOf(
  schema: GraphQLSchema,
  kind: 'query' | 'mutation',
  paths: readonly FieldPath[],
  argumentValue: ArgumentValue,
): Operation {
  const roots = new Map<string, Node>();
  const variables: Record<string, unknown> = {};
  const declarations: string[] = [];

  const place = (step: Step, next: Step | undefined, nodes: Map<string, Node>, isRoot: boolean): Node => {
    const values = isRoot ? givenArguments(schema, step, next, argumentValue) : [];
    const identity = JSON.stringify([step, values.map(({ value }) => value)]);
    const known = nodes.get(identity);
    if (known) return known;
    const given = values.map(({ argument, value }) => {
      const name = `v${declarations.length}`;
      variables[name] = value;
      declarations.push(`$${name}: ${argument.type}`);
      return `${argument.name}: $${name}`;
    });
    const key = isRoot ? `f${nodes.size}` : step.fieldName;
    const call = given.length > 0 ? `(${given.join(', ')})` : '';
    const node: Node = {
      step,
      key,
      text: `${isRoot ? `${key}: ` : ''}${step.fieldName}${call}`,
      below: new Map(),
    };
    nodes.set(identity, node);
    return node;
  };

  const fields = paths.map((path): AskedField => {
    const keys: string[] = [];
    let nodes = roots;
    for (const [index, step] of path.entries()) {
      const node = place(step, path[index + 1], nodes, index === 0);
      keys.push(node.key);
      nodes = node.below;
    }
    return { path, keys };
  });
  const declared = declarations.length > 0 ? ` (${declarations.join(', ')})` : '';
  return { query: `${kind}${declared} { ${render(schema, roots)} }`, variables, fields };
}

function givenArguments(schema: GraphQLSchema, step: Step, next: Step | undefined, argumentValue: ArgumentValue) {
  return fieldOf(schema, step).args.flatMap((argument) => {
    if (!isNonNullType(argument.type)) return [];
    const value = argumentValue(step, next, argument);
    if (value === undefined) throw new TypeError(`nothing is given for ${step.fieldName}(${argument.name}:)`);
    return { argument, value };
  });
}

function render(schema: GraphQLSchema, nodes: ReadonlyMap<string, Node>): string {
  return [...nodes.values()].map((node) => `${node.text}${renderBelow(schema, node)}`).join(' ');
}

function renderBelow(schema: GraphQLSchema, { step, below }: Node): string {
  const returned = returnedType(schema, step);
  if (!isCompositeType(returned)) return '';
  const byType = Map.groupBy(below.values(), (node) => node.step.typeName);
  const parts = [...byType].map(([typeName, nodes]) => {
    const selection = render(schema, new Map(nodes.map((node) => [node.key, node])));
    return typeName === returned.name ? selection : `... on ${typeName} { ${selection} }`;
  });
  return ` { ${['__typename', ...parts].join(' ')} }`;
}

/** Where errors speak of a step that was left out before anything was asked: `@` stands for each item of a list. */
export function prunedPath(schema: GraphQLSchema, { path, keys }: AskedField, length: number): readonly string[] {
  return path.slice(0, length).flatMap((step, index) => {
    const isList = index < length - 1 && isListOf(schema, step);
    return isList ? [keys[index] ?? '', '@'] : [keys[index] ?? ''];
  });
}

function isListOf(schema: GraphQLSchema, step: Step): boolean {
  const { type } = fieldOf(schema, step);
  return isListType(isNonNullType(type) ? type.ofType : type);
}

export interface Found {
  /** Where it stands in the answer. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** What stands at the first `length` steps of a path: nothing where no object was there to read it from. */
export function valuesAt(
  schema: GraphQLSchema,
  data: unknown,
  { path, keys }: AskedField,
  length = path.length,
): readonly Found[] {
  let objects: readonly Found[] = [{ path: [], value: data }];
  for (const [index, { typeName }] of path.slice(0, length).entries()) {
    const key = keys[index] ?? '';
    objects = objects.flatMap(items).flatMap((found): readonly Found[] => {
      const object = found.value;
      if (typeof object !== 'object' || object === null) return [];
      if (index > 0 && isObjectType(schema.getType(typeName)) && Reflect.get(object, '__typename') !== typeName)
        return [];
      return [{ path: [...found.path, key], value: Reflect.get(object, key) }];
    });
  }
  return objects;
}

function items({ path, value }: Found): readonly Found[] {
  return Array.isArray(value)
    ? value.flatMap((item, index) => items({ path: [...path, index], value: item }))
    : [{ path, value }];
}
