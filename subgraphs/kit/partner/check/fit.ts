/** Whether all that one side may give is what the other side takes; said place by place. */
import { type Schema, type Shape, shapesOf } from './json-schema.ts';

/** Such as `items[].serial: is gone`. */
export type Misfit = string;

/** How it is said, for either direction. */
export interface Wording {
  /** A property that the taker needs and the giver doesn't have. */
  readonly absent: string;
  /** A property that the taker would take and the giver doesn't have; undefined: that is all right. */
  readonly unused: string | undefined;
  /** A property that the taker needs and the giver may leave out. */
  readonly optional: string;
  /** Before a type or value that the taker doesn't take. */
  readonly may: string;
  /** Whether the giver ever has this property, though it might. */
  gives(property: string): boolean;
}

export function misfits(given: Schema, taken: Schema, wording: Wording, place = ''): readonly Misfit[] {
  const takers = shapesOf(taken);
  return shapesOf(given).flatMap((giver) => {
    const results = takers
      .filter(({ type }) => fits(giver.type, type))
      .map((taker) => misfitsOf(giver, taker, wording, place));
    if (results.length === 0) return [say(place, `${wording.may} ${giver.type ?? 'anything'}`)];
    return results.toSorted((a, b) => a.length - b.length)[0] ?? [];
  });
}

function fits(given: string | undefined, taken: string | undefined): boolean {
  return taken === undefined || given === taken || (given === 'integer' && taken === 'number');
}

function misfitsOf(given: Shape, taken: Shape, wording: Wording, place: string): readonly Misfit[] {
  return [
    ...misfitsOfValue(given, taken, wording).map((misfit) => say(place, misfit)),
    ...misfitsOfProperties(given, taken, wording, place),
    ...(given.items && taken.items ? misfits(given.items, taken.items, wording, `${place}[]`) : []),
  ];
}

function misfitsOfValue(given: Shape, taken: Shape, { may }: Wording): readonly string[] {
  const { values } = taken;
  const others = values && given.values?.filter((value) => !values.includes(value));
  return [
    ...(values && !given.values ? [`${may} any value`] : []),
    ...(others && others.length > 0 ? [`${may} ${others.map(String).join(', ')}`] : []),
    ...(taken.format && given.format !== taken.format ? [`has the format ${given.format ?? 'of any text'}`] : []),
    // Which texts fit which pattern can't be told: only a change of it shows.
    ...(taken.pattern && !taken.format && given.pattern !== taken.pattern
      ? [`has the pattern ${given.pattern ?? '(none)'} for ${taken.pattern}`]
      : []),
    ...(['maximum', 'maxLength', 'maxItems'] as const).flatMap((limit) => {
      const [greatest, allowed] = [given.greatest[limit] ?? Number.POSITIVE_INFINITY, taken.greatest[limit]];
      return allowed !== undefined && greatest > allowed ? [`has ${limit} ${greatest}, where ${allowed} is taken`] : [];
    }),
    ...(['minimum', 'minLength', 'minItems'] as const).flatMap((limit) => {
      const [least, allowed] = [given.least[limit] ?? Number.NEGATIVE_INFINITY, taken.least[limit]];
      return allowed !== undefined && least < allowed ? [`has ${limit} ${least}, where ${allowed} is taken`] : [];
    }),
  ];
}

function misfitsOfProperties(given: Shape, taken: Shape, wording: Wording, place: string): readonly Misfit[] {
  const at = (name: string): string => (place === '' ? name : `${place}.${name}`);
  const found = [...taken.properties].flatMap(([name, schema]): readonly Misfit[] => {
    const property = given.properties.get(name);
    const isNeeded = taken.required.has(name);
    if (!property) {
      if (isNeeded) return [say(at(name), wording.absent)];
      return wording.unused === undefined ? [] : [say(at(name), wording.unused)];
    }
    if (!isNeeded && !wording.gives(name)) return [];
    return [
      ...(isNeeded && !given.required.has(name) ? [say(at(name), wording.optional)] : []),
      ...misfits(property, schema, wording, at(name)),
    ];
  });
  const refused = [...given.properties.keys()].filter((name) => !taken.properties.has(name) && wording.gives(name));
  return [...found, ...(taken.isClosed ? refused.map((name) => say(at(name), 'is taken no more')) : [])];
}

function say(place: string, misfit: string): Misfit {
  return `${place || 'the whole'}: ${misfit}`;
}
