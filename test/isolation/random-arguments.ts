/** Random arguments for any field of the schema: as literals or as variables, mostly right, sometimes wrong. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Choices } from './choices.ts';
import type { Drawn, IdSource, Stranger } from './random-ids.ts';
import { idTypeAt, textAt } from './random-values.ts';

export interface RandomArguments {
  /** The arguments in brackets; empty: none. */
  of(field: GraphQLField<unknown, unknown>): string;
  /** A variable for a directive. */
  flag(): string;
  definitions(): readonly string[];
  variables(): Readonly<Record<string, unknown>>;
  /** Every id and cursor in it that names nothing of the principal's. */
  strangers(): readonly Stranger[];
  /** Whether some id of it names something that the principal has. */
  namesSomething(): boolean;
}

/** An argument or a field of an input, and the type that the field with the argument returns. */
interface Place {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly returned: string;
}

export interface ArgumentOptions {
  /** For a mutation: own ids are only of what a test may change. */
  readonly isOrder: boolean;
  /** false: what names nothing of the principal's is replaced by what doesn't exist. */
  readonly withStrangers: boolean;
}

export function createArguments(
  choices: Choices,
  ids: IdSource,
  { isOrder, withStrangers }: ArgumentOptions,
): RandomArguments {
  const definitions: string[] = [];
  const variables: Record<string, unknown> = {};
  const strangers: Stranger[] = [];
  let isSomething = false;

  const variable = (type: string, value: unknown): string => {
    const name = `v${definitions.length}`;
    definitions.push(`$${name}: ${type}`);
    variables[name] = value;
    return `$${name}`;
  };

  const noted = (drawn: Drawn): string => {
    if (drawn.absent === undefined) {
      isSomething = true;
      return drawn.text;
    }
    strangers.push(drawn);
    return withStrangers ? drawn.text : drawn.absent;
  };

  const valueAt = (place: Place): unknown => {
    const { name, type } = place;
    if (isNonNullType(type)) return valueAt({ ...place, type: type.ofType });
    if (isListType(type)) return itemsOf(type.ofType, place).map(valueAt);
    if (isInputObjectType(type)) {
      return Object.fromEntries(placesIn(type, place).map((inner) => [inner.name, valueAt(inner)]));
    }
    if (isEnumType(type)) return choices.of(type.getValues()).name;
    if (type.name === 'Boolean') return choices.chance(50);
    if (type.name === 'Int') return name === 'first' ? firstOf(choices) : 1 + choices.below(100);
    if (type.name === 'ID' && name === 'idempotencyKey') return choices.uuid();
    if (type.name === 'ID') return noted(ids.id(choices, idTypeAt(name, place.returned), isOrder));
    return name === 'after' ? noted(ids.cursor(choices)) : textAt(choices, name);
  };

  /** The value as a literal with variables in it, or as a variable. */
  const textOf = (place: Place): string => {
    const { type } = place;
    const bare = isNonNullType(type) ? type.ofType : type;
    if (choices.chance(1)) return variable(String(type), choices.of<unknown>([null, true, {}, [[]], -1, LONG]));
    if (choices.chance(40)) return variable(String(type), valueAt(place));
    if (bare === type && choices.chance(2)) return 'null';
    if (isListType(bare)) return `[${itemsOf(bare.ofType, place).map(textOf).join(', ')}]`;
    if (isInputObjectType(bare)) {
      const fields = placesIn(bare, place).map((inner) => `${inner.name}: ${textOf(inner)}`);
      return `{ ${fields.join(', ')} }`;
    }
    return isEnumType(bare) ? String(valueAt(place)) : JSON.stringify(valueAt(place));
  };

  const itemsOf = (type: GraphQLInputType, place: Place): readonly Place[] =>
    Array.from({ length: 1 + choices.below(3) }, () => ({ ...place, type }));

  const given = (all: readonly (GraphQLArgument | GraphQLInputField)[], returned: string): readonly Place[] =>
    all
      .filter(({ name, type, defaultValue }) => {
        if (isNonNullType(type) && defaultValue === undefined) return true;
        return choices.chance(name === 'first' ? 95 : name === 'after' ? 8 : 35);
      })
      .map(({ name, type }) => ({ name, type, returned }));

  const placesIn = (type: { getFields(): Record<string, GraphQLInputField> }, { returned }: Place): readonly Place[] =>
    given(Object.values(type.getFields()), returned);

  return {
    of: (field) => {
      const places = given(field.args, getNamedType(field.type).name);
      return places.length > 0 ? `(${places.map((place) => `${place.name}: ${textOf(place)}`).join(', ')})` : '';
    },
    flag: () => variable('Boolean!', choices.chance(70)),
    definitions: () => definitions,
    variables: () => variables,
    strangers: () => strangers,
    namesSomething: () => isSomething,
  };
}

const LONG = 'x'.repeat(600);

function firstOf(choices: Choices): number {
  return choices.chance(96) ? 1 + choices.below(3) : choices.of([0, -1, 101, 2_147_483_647]);
}
