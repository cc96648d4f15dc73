/**
 * Fields that are required with different arguments (`@requires`), as the supergraph says it, however deep.
 *
 * 1. Find each field that something requires, with its type and the path to it from the entity.
 * 2. Those of one name belong together as far as their types do: an interface and the types that implement it.
 * 3. Where there are several choices of arguments, each has a name of its own.
 */
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { returnedType } from './runtime-types.ts';

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
  /** `subgraph Type.field` → what it requires of such. */
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

interface Requirement {
  /** The type on which it is required, and those that implement it. */
  readonly types: ReadonlySet<string>;
  /** As it is required. */
  readonly field: FieldNode;
  readonly path: readonly string[];
  /** `subgraph Type.field` of the one that requires it. */
  readonly by: string;
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

function requirementsIn(supergraph: DocumentNode, schema: GraphQLSchema): readonly Requirement[] {
  const subgraphs = new Map<string, string>();
  const found: Requirement[] = [];
  visit(supergraph, {
    EnumValueDefinition(node) {
      const name = textArgument(node.directives?.find((one) => one.name.value === 'join__graph')?.arguments, 'name');
      if (name !== undefined) subgraphs.set(node.name.value, name);
    },
  });
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      for (const directive of field.directives ?? []) {
        const requires = textArgument(directive.arguments, 'requires');
        const graph = directive.arguments?.find(({ name }) => name.value === 'graph')?.value;
        if (requires === undefined || graph?.kind !== Kind.ENUM) continue;
        const by = `${subgraphs.get(graph.value) ?? ''} ${type.name.value}.${field.name.value}`;
        collect(selectionSetOf(requires), schema.getType(type.name.value), [], by);
      }
    }
  }
  return found;

  function collect(
    { selections }: SelectionSetNode,
    type: GraphQLNamedType | undefined,
    path: readonly string[],
    by: string,
  ): void {
    for (const node of selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value;
        collect(node.selectionSet, condition === undefined ? type : schema.getType(condition), path, by);
      } else if (node.kind === Kind.FIELD && type) {
        const own = [...path, node.name.value];
        const possible = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
        found.push({ types: new Set([type.name, ...possible]), field: node, path: own, by });
        if (node.selectionSet) collect(node.selectionSet, returnedType(type, node.name.value), own, by);
      }
    }
  }
}

function textArgument(given: readonly ArgumentNode[] | undefined, name: string): string | undefined {
  const value = given?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function selectionSetOf(fields: string): SelectionSetNode {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('no selection');
  return operation.selectionSet;
}
