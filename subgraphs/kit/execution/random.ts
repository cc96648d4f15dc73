/**
 * For the differential test: schemas, operations on them, and resolvers that give at each place of an answer whatever a
 * seed and the place's path come to: values, nulls, errors, promises, and what the type can't be.
 */
import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';

export interface Random {
  /** From 0 to `below`, without it. */
  number(below: number): number;
  /** True once in `of`. */
  once(of: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const number = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return {
    number,
    once: (of) => number(of) === 0,
    pick: (values) => {
      const value = values[number(values.length)];
      if (value === undefined) throw new TypeError('nothing to pick from');
      return value;
    },
  };
}

/** What a whole run is made of. */
export interface World {
  readonly schema: GraphQLSchema;
  /** Whether anything comes later. */
  readonly hasPromises: boolean;
}

const OBJECTS = ['A', 'B', 'C'] as const;

export function randomWorld(seed: number): World {
  const random = createRandom(seed);
  const hasPromises = random.once(2);
  const at = (info: GraphQLResolveInfo): Random =>
    createRandom(hash(`${seed}/${responsePathAsArray(info.path).join('/')}`));
  const kind = new GraphQLEnumType({ name: 'Kind', values: { HOT: { value: 'hot' }, COLD: {}, NONE: { value: 0 } } });
  const odd = new GraphQLScalarType({
    name: 'Odd',
    serialize: (value) => {
      if (value === 1) throw new Error('no odd one');
      return value === 2 ? null : { of: value, text: 'a "quoted" one' };
    },
  });
  const leaves = [GraphQLString, GraphQLInt, GraphQLFloat, GraphQLBoolean, GraphQLID, kind, odd];

  const values = (type: GraphQLOutputType, chance: Random, depth: number): unknown => {
    const value = plainValue(type, chance, depth);
    if (!hasPromises || !chance.once(4)) return value;
    const promise = later(chance.number(4), () => {
      if (value instanceof Error && chance.once(2)) throw value;
      return value;
    });
    // It may belong to a property that nobody asks for.
    promise.catch(() => {});
    return promise;
  };

  function plainValue(type: GraphQLOutputType, chance: Random, depth: number): unknown {
    const inner = getNullableType(type);
    if (chance.once(9)) return chance.pick([null, null, undefined, new Error('given as a value')]);
    if (isListType(inner)) {
      if (chance.once(15)) return 'no list';
      const given = Array.from({ length: chance.number(4) }, () => values(inner.ofType, chance, depth + 1));
      // Beside an item that can't be null and is, graphql-js lets go of promises, whose failure ends the process then.
      const isSafe = !hasPromises || !isNonNullType(inner.ofType);
      const items = isSafe ? given : given.map(async (item) => item);
      for (const item of items) if (item instanceof Promise) item.catch(() => {});
      return chance.once(8) ? new Set(items) : items;
    }
    if (isObjectType(inner)) return objectOf(inner, chance, depth);
    if (isAbstractType(inner)) {
      const type = chance.pick(objects);
      const typename = chance.once(15) ? chance.pick(['Nothing', 'Kind', undefined]) : type.name;
      return { ...objectOf(type, chance, depth), __typename: typename };
    }
    if (chance.once(12)) return chance.pick([{}, 'text', 1.5, Number.NaN, true, 2 ** 40]);
    if (isEnumType(inner)) return chance.pick(['hot', 'COLD', 0]);
    return chance.pick(SAMPLES[inner.name] ?? []);
  }

  function objectOf(type: GraphQLObjectType, chance: Random, depth: number): object {
    const properties = Object.values(type.getFields()).filter(({ resolve }) => resolve === undefined);
    const named = properties.map(({ name, type: fieldType }): PropertyDescriptor & { name: string } => {
      const value = depth > 3 ? null : values(fieldType, chance, depth + 1);
      if (chance.once(20)) return { name, get: () => thrown('by a getter') };
      if (chance.once(10)) return { name, value: () => (chance.once(4) ? thrown('by a method') : value) };
      return { name, value };
    });
    const descriptors = named.map(({ name, ...descriptor }) => [name, { enumerable: true, ...descriptor }]);
    return Object.defineProperties({ isWrong: chance.once(25) }, Object.fromEntries(descriptors));
  }

  const field = (): GraphQLFieldConfig<unknown, unknown> => {
    const type = randomType(random, [...leaves, ...leaves, ...objects, named, any]);
    const args = random.once(3)
      ? { n: { type: GraphQLInt }, must: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: true } }
      : {};
    if (random.once(2)) return { type, args };
    return {
      type,
      args,
      resolve: (_source, given, _context, info) => {
        const chance = at(info);
        if (chance.once(12)) return thrown(`at ${info.fieldName} with ${JSON.stringify(given)}`);
        return values(type, chance, 0);
      },
    };
  };
  const fields = (count: number) => () => ({
    name: { type: GraphQLString, resolve: () => 'named' },
    ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, field()])),
  });
  const named = new GraphQLInterfaceType({ name: 'Named', fields: { name: { type: GraphQLString } } });
  const objects: readonly GraphQLObjectType[] = OBJECTS.map(
    (name, index) =>
      new GraphQLObjectType({
        name,
        interfaces: index < 2 ? [named] : [],
        fields: fields(4),
        ...(index === 1 && {
          isTypeOf: (value: { isWrong?: boolean }) =>
            hasPromises ? later(1, () => value.isWrong !== true) : value.isWrong !== true,
        }),
      }),
  );
  const any = new GraphQLUnionType({ name: 'Any', types: () => objects });
  const root = (name: string) => new GraphQLObjectType({ name, fields: fields(5) });
  return {
    hasPromises,
    schema: new GraphQLSchema({ query: root('Query'), mutation: root('Mutation'), types: [...objects, named, any] }),
  };
}

function randomType(random: Random, types: readonly GraphQLOutputType[]): GraphQLOutputType {
  const type = random.pick(types);
  const inner = random.once(4) ? new GraphQLNonNull(getNullableType(type)) : type;
  if (!random.once(4)) return inner;
  const list = new GraphQLList(random.once(4) ? new GraphQLList(inner) : inner);
  return random.once(3) ? new GraphQLNonNull(list) : list;
}

const SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  String: [
    '',
    'plain',
    'with "quotes"',
    'back\\slash',
    'line\nbreak',
    '\u2028',
    '\ud83d\ude00',
    '\ud800',
    'ä',
    5,
    true,
  ],
  Int: [0, -0, 1, -5, 2_147_483_647, '7'],
  Float: [0, 1.5, -1e21, 1e-9, 3, '2.5'],
  Boolean: [true, false, 0, 1],
  ID: ['id', 12, ''],
  Odd: [0, 1, 2, 3, 'x'],
};

function thrown(where: string): never {
  throw new Error(`thrown ${where}`);
}

async function later<Value>(turns: number, give: () => Value): Promise<Value> {
  for (let turn = 0; turn < turns; turn += 1) await null;
  return give();
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
