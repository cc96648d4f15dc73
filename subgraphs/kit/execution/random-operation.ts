/** For the differential test: operations that a schema accepts. */
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from 'graphql';
import type { Random } from './random.ts';

export interface RandomOperation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const DEEPEST = 4;

export function randomOperation(schema: GraphQLSchema, random: Random): RandomOperation {
  const fragments: string[] = [];

  const selectionSet = (type: GraphQLNamedType, depth: number): string => {
    const selections = Array.from({ length: 1 + random.number(4) }, () => selection(type, depth));
    return `{ __typename ${selections.join(' ')} }`;
  };

  const selection = (type: GraphQLNamedType, depth: number): string => {
    if (random.once(5)) return fragment(type, depth);
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    return fields.length === 0 ? fragment(type, depth) : field(random.pick(fields), depth);
  };

  const field = ({ name, args, type }: GraphQLField<unknown, unknown>, depth: number): string => {
    const inner = getNamedType(type);
    if (!isLeafType(inner) && depth >= DEEPEST) return '__typename';
    const given = args.length === 0 || random.once(3) ? '' : `(${random.pick(ARGUMENTS)})`;
    // Fields of one name in an answer have to ask the same.
    const alias = given === '' && !random.once(4) ? '' : `${name}_${given.replaceAll(/\W/g, '')}_${random.number(2)}: `;
    const below = isLeafType(inner) ? '' : selectionSet(inner, depth + 1);
    return `${alias}${name}${given}${condition()} ${below}`;
  };

  const fragment = (type: GraphQLNamedType, depth: number): string => {
    if (depth >= DEEPEST) return '__typename';
    const on = isAbstractType(type) ? random.pick(schema.getPossibleTypes(type)) : type;
    const set = selectionSet(on, depth + 1);
    if (random.once(2)) return `... ${random.once(3) && on === type ? '' : `on ${on.name}`}${condition()} ${set}`;
    const name = `F${fragments.length}`;
    fragments.push('');
    fragments[Number(name.slice(1))] = `fragment ${name} on ${on.name} ${set}`;
    return `...${name}${condition()}`;
  };

  const condition = (): string =>
    random.once(6) ? ` @${random.pick(['skip', 'include'])}(if: ${random.pick(CONDITIONS)})` : '';

  const kind = random.once(3) ? 'mutation' : 'query';
  const root: GraphQLObjectType | null | undefined =
    kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (!root) throw new TypeError('a schema without roots');
  const set = selectionSet(root, 0);
  return {
    text: `${kind} ($n: Int, $yes: Boolean!, $no: Boolean!, $other: Boolean = true) ${set} ${fragments.join(' ')}`,
    variables: {
      yes: true,
      no: false,
      ...(random.once(2) && { n: random.pick([null, 3]) }),
      ...(random.once(3) && { other: random.pick([null, false]) }),
    },
  };
}

const CONDITIONS = ['true', 'false', '$yes', '$no', '$other'] as const;
const ARGUMENTS = ['n: 1', 'n: $n', 'must: $other', 'n: 2, must: false', 'must: $yes'] as const;
