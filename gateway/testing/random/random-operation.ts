/** A random operation on a schema: aliases, fragments, `@skip` and `@include`, variables. */
import {
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isUnionType,
} from 'graphql';
import { type Choices, createChoices } from './choices.ts';

export interface RandomOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const DEEPEST = 4;

export function randomOperation(schema: GraphQLSchema, numbers: readonly number[]): RandomOperation {
  const choices = createChoices(numbers);
  const fragments: string[] = [];
  const isMutation = choices.once(8);
  const root = (isMutation ? schema.getMutationType() : undefined) ?? schema.getQueryType();
  const body = root ? selectionSet(root, 0) : '{ __typename }';
  const variables: Record<string, unknown> = {};
  for (const [name, value] of [
    ['yes', true],
    ['no', false],
    ['count', 2],
  ] as const) {
    if (choices.below(3) > 0) variables[name] = value;
  }
  const definitions = '($yes: Boolean! = true, $no: Boolean = false, $count: Int = 1)';
  return {
    query: `${isMutation ? 'mutation' : 'query'} Asked${definitions} ${body}\n${fragments.join('\n')}`,
    variables,
  };

  function selectionSet(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + choices.below(depth === 0 ? 4 : 3);
    const parts = Array.from({ length: count }, () => selection(type, depth, choices));
    // Apollo leaves out objects of which conditions may leave nothing.
    return `{ ${[anyLeaf(type), ...parts].join(' ')} }`;
  }

  function anyLeaf(type: GraphQLCompositeType): string {
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    return choices.of(['__typename', ...fields.filter((field) => isLeafType(field.type)).map(({ name }) => name)]);
  }

  function selection(type: GraphQLCompositeType, depth: number, { once, of }: Choices): string {
    if (depth < DEEPEST && (isAbstractType(type) ? !once(3) : once(6))) {
      const on = isAbstractType(type) ? of(schema.getPossibleTypes(type)) : type;
      const inner = selectionSet(on, depth + 1);
      if (!once(4)) return `... on ${on.name}${directive()} ${inner}`;
      const name = `F${fragments.length}`;
      fragments.push(`fragment ${name} on ${on.name} ${inner}`);
      return `...${name}${directive()}`;
    }
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    const possible = fields.filter((field) => depth < DEEPEST || !isCompositeType(getNamedType(field.type)));
    if (possible.length === 0) return '__typename';
    const field = of(possible);
    const returned = getNamedType(field.type);
    // An alias that says what it stands for never names two things.
    const alias = once(4) ? `${of(['x', 'y'])}_${field.name}: ` : '';
    const [first] = field.args;
    const given = first && once(2) ? `(${first.name}: $count)` : '';
    const key = given === '' ? alias : `${given.length}_${field.name}: `.replace(/^/, 'n');
    return `${key}${field.name}${given}${directive()}${isCompositeType(returned) ? ` ${selectionSet(returned, depth + 1)}` : ''}`;
  }

  function directive(): string {
    return choices.once(6)
      ? ` ${choices.of(['@skip(if: $no)', '@include(if: $yes)', '@skip(if: $yes)', '@include(if: $no)'])}`
      : '';
  }
}
