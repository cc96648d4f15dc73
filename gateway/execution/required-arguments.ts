/**
 * Fields that are required with different arguments (`@requires`), as the supergraph says it, however deep.
 *
 * 1. Find each field that something requires, with its type and the path to it from the entity.
 * 2. Those of one name belong together as far as their types do: an interface and the types that implement it.
 * 3. Where there are several choices of arguments, each has a name of its own.
 */
import { type ArgumentNode, type DocumentNode, type FieldNode, type GraphQLSchema, print } from 'graphql';
import { type Requirement, requirementsIn } from './joins.ts';

/** One choice of arguments: what it is, and the name under which it is fetched. */
export interface Variant {
  readonly alias: string;
  readonly arguments: readonly ArgumentNode[];
}

/** Place of such a field, by `placeOf` → name of the variant that is needed. */
export type Needs = ReadonlyMap<string, string>;

export interface RequiredArguments {
  /** `Type.field` → all variants, where there are several. */
  readonly variants: ReadonlyMap<string, readonly Variant[]>;
  /** By `fieldIn` → what it requires of such. */
  readonly requiredBy: ReadonlyMap<string, Needs>;
}

/** @param path from the entity, in names of fields */
export function placeOf(typeName: string | undefined, path: readonly string[]): string {
  return `${typeName} ${path.join('.')}`;
}

const ENDING = /__required_\d+$/;

/** The name of the field that was fetched under `key`. */
export function fieldOfVariant(key: string): string {
  return key.replace(ENDING, '');
}

export function findRequiredArguments(supergraph: DocumentNode, schema: GraphQLSchema): RequiredArguments {
  const variants = new Map<string, readonly Variant[]>();
  const requiredBy = new Map<string, Map<string, string>>();
  for (const { name, types, members } of familiesOf(requirementsIn(supergraph, schema))) {
    const choices = new Map(members.map(({ field }) => [textOf(field), field.arguments ?? []]));
    if (choices.size < 2) continue;
    const byText = new Map<string, Variant>();
    for (const [text, given] of choices) {
      byText.set(text, { alias: `${name}__required_${byText.size}`, arguments: given });
    }
    for (const type of types) variants.set(`${type}.${name}`, [...byText.values()]);
    for (const { by, path, field, types: own } of members) {
      const needs = requiredBy.get(by) ?? new Map<string, string>();
      requiredBy.set(by, needs);
      for (const type of own) needs.set(placeOf(type, path), byText.get(textOf(field))?.alias ?? name);
    }
  }
  return { variants, requiredBy };
}

/** Requirements of one field, by whichever of its types. */
interface Family {
  readonly name: string;
  readonly types: ReadonlySet<string>;
  readonly members: readonly Requirement[];
}

function familiesOf(requirements: readonly Requirement[]): readonly Family[] {
  let families: readonly Family[] = [];
  for (const requirement of requirements) {
    const name = requirement.field.name.value;
    const own: Family = { name, types: requirement.types, members: [requirement] };
    const isRelated = (family: Family) => family.name === name && !family.types.isDisjointFrom(own.types);
    const joined = families.filter(isRelated).reduceRight(
      (one, other) => ({
        name,
        types: other.types.union(one.types),
        members: [...other.members, ...one.members],
      }),
      own,
    );
    families = [...families.filter((family) => !isRelated(family)), joined];
  }
  return families;
}

function textOf(field: FieldNode): string {
  return (field.arguments ?? [])
    .map((argument) => print(argument))
    .toSorted()
    .join(',');
}
