/**
 * What the text of a value looks like when it is exactly what was selected: the order of its keys, the types of its
 * values. Where a fetch and a client's operation have the same shape, a subgraph's text is the answer's.
 *
 * Abstract types have none: which keys there are depends on the object.
 */
import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql';
import type { Parents, SelectedFields } from './selected-fields.ts';

export interface Shape {
  /** The same for equal shapes, and for these alone. */
  readonly name: string;
  readonly type: GraphQLOutputType;
  /** How many fields are in it, at all levels. */
  readonly size: number;
  /** Of the objects at the end of the type; undefined: there are none. */
  readonly fields: readonly ShapeField[] | undefined;
}

export interface ShapeField {
  readonly key: string;
  /** A text: the type's name, which is what `__typename` always is. */
  readonly value: Shape | string;
}

/** @returns undefined: what is selected here can't be told from the operation alone */
export type SelectPlainly = (type: GraphQLObjectType, parents: Parents) => SelectedFields | undefined;

/** @param nodes that select the value */
export function shapeOf(type: GraphQLOutputType, nodes: Parents, select: SelectPlainly): Shape | undefined {
  const named = getNamedType(type);
  if (isLeafType(named)) return { name: String(type), type, size: 0, fields: undefined };
  if (!isObjectType(named)) return undefined;
  const selected = select(named, nodes);
  if (!selected) return undefined;
  const fields: ShapeField[] = [];
  for (const [key, selecting] of selected) {
    const value = fieldShape(named, selecting, select);
    if (value === undefined) return undefined;
    fields.push({ key, value });
  }
  const names = fields.map(({ key, value }) => `${key}:${typeof value === 'string' ? `"${value}"` : value.name}`);
  const size = fields.reduce((total, { value }) => total + 1 + (typeof value === 'string' ? 0 : value.size), 0);
  return { name: `${type}{${names.join()}}`, type, size, fields };
}

function fieldShape(
  parent: GraphQLObjectType,
  nodes: readonly FieldNode[],
  select: SelectPlainly,
): Shape | string | undefined {
  const name = nodes[0]?.name.value;
  if (name === '__typename') return parent.name;
  const type = name === undefined ? undefined : parent.getFields()[name]?.type;
  return type && shapeOf(type, nodes, select);
}
