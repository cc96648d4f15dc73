/**
 * Fields that several fields of one type require with different arguments, as the supergraph says it.
 */
import { type ArgumentNode, type DocumentNode, type FieldNode, Kind, parse, print, visit } from 'graphql';

/** One choice of arguments: what it is, and the name under which it is fetched. */
export interface Variant {
  readonly alias: string;
  readonly arguments: readonly ArgumentNode[];
}

export interface RequiredArguments {
  /** `Type.field` → all variants, where there are several. */
  readonly variants: ReadonlyMap<string, readonly Variant[]>;
  /** `subgraph Type.field` → what it requires of such: field → name of the variant. */
  readonly requiredBy: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const ENDING = /__required_\d+$/;

/** The name of the field that was fetched under `key`. */
export function fieldOfVariant(key: string): string {
  return key.replace(ENDING, '');
}

export function findRequiredArguments(supergraph: DocumentNode): RequiredArguments {
  const requirements = requirementsIn(supergraph);
  const texts = new Map<string, Map<string, Variant>>();
  for (const { typeName, field } of requirements) {
    const id = `${typeName}.${field.name.value}`;
    const known = texts.get(id) ?? new Map<string, Variant>();
    texts.set(id, known);
    const text = textOf(field);
    if (known.has(text)) continue;
    known.set(text, { alias: `${field.name.value}__required_${known.size}`, arguments: field.arguments ?? [] });
  }
  const requiredBy = new Map<string, Map<string, string>>();
  for (const { typeName, field, by } of requirements) {
    const known = texts.get(`${typeName}.${field.name.value}`);
    const variant = known && known.size > 1 ? known.get(textOf(field)) : undefined;
    if (!variant) continue;
    const required = requiredBy.get(by) ?? new Map<string, string>();
    requiredBy.set(by, required.set(field.name.value, variant.alias));
  }
  const several = [...texts].filter(([, known]) => known.size > 1);
  return { variants: new Map(several.map(([id, known]) => [id, [...known.values()]])), requiredBy };
}

function textOf(field: FieldNode): string {
  return (field.arguments ?? [])
    .map((argument) => print(argument))
    .toSorted()
    .join(',');
}

interface Requirement {
  readonly typeName: string;
  /** As it is required. */
  readonly field: FieldNode;
  /** `subgraph Type.field` of the one that requires it. */
  readonly by: string;
}

function requirementsIn(supergraph: DocumentNode): readonly Requirement[] {
  const subgraphs = new Map<string, string>();
  const found: Requirement[] = [];
  visit(supergraph, {
    EnumValueDefinition(node) {
      const name = textArgument(node.directives?.find((one) => one.name.value === 'join__graph')?.arguments, 'name');
      if (name !== undefined) subgraphs.set(node.name.value, name);
    },
  });
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      for (const directive of field.directives ?? []) {
        const requires = textArgument(directive.arguments, 'requires');
        const graph = directive.arguments?.find(({ name }) => name.value === 'graph')?.value;
        if (requires === undefined || graph?.kind !== Kind.ENUM) continue;
        const by = `${subgraphs.get(graph.value) ?? ''} ${type.name.value}.${field.name.value}`;
        for (const required of fieldsOf(`{ ${requires} }`))
          found.push({ typeName: type.name.value, field: required, by });
      }
    }
  }
  return found;
}

function textArgument(given: readonly ArgumentNode[] | undefined, name: string): string | undefined {
  const value = given?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function fieldsOf(selectionSet: string): readonly FieldNode[] {
  const [operation] = parse(selectionSet, { noLocation: true }).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION
    ? operation.selectionSet.selections.filter((node) => node.kind === Kind.FIELD)
    : [];
}
