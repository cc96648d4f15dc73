/**
 * A subgraph's SDL or a supergraph → what each of its types and fields asks of whoever reads it.
 *
 * 1. Collect the directives on types (their extensions too) and fields, under the names that the document gives them.
 * 2. Join: a field asks what its type asks, what it asks itself, and what the scalar or enum asks that it returns.
 * 3. An interface asks what each of its implementing types asks: subgraphs may not write a policy on an interface, and
 *    without that a field could be read through the interface by somebody who may not read it through the object.
 */
import { type DocumentNode, type FieldDefinitionNode, Kind, type TypeNode } from 'graphql';
import type { Requirement } from '../requirement.ts';
import { appliedRequirements } from './applied-requirements.ts';
import { policyDirectiveNames } from './policy-directive-names.ts';

export interface PolicyIndex {
  /** What the type itself asks; also what `__typename` on it asks. Unknown types ask nothing. */
  type(typeName: string): readonly Requirement[];
  /** Everything that reading the field asks, its type's part included. Unknown fields ask nothing but their type's. */
  field(typeName: string, fieldName: string): readonly Requirement[];
}

/**
 * @throws {TypeError} when a directive names nothing.
 *
 * @example
 * isSatisfied(rights, requirementsOf(parse(sdl)).field('Residence', 'occupants'));
 */
export function requirementsOf(document: DocumentNode): PolicyIndex {
  const types = collect(document);
  const typeRequirements = new Map<string, readonly Requirement[]>();
  const fieldRequirements = new Map<string, readonly Requirement[]>();
  for (const [typeName, type] of types) {
    const implementing = [...type.implementedBy].flatMap((name) => types.get(name) ?? []);
    const ofType = distinct([type, ...implementing].flatMap(({ requirements }) => requirements));
    typeRequirements.set(typeName, ofType);
    for (const [fieldName, field] of type.fields) {
      const ofField = [type, ...implementing].flatMap(({ fields }) => fields.get(fieldName)?.requirements ?? []);
      const returned = types.get(field.returns);
      const ofLeaf = returned?.isLeaf ? returned.requirements : [];
      fieldRequirements.set(`${typeName}.${fieldName}`, distinct([...ofType, ...ofField, ...ofLeaf]));
    }
  }
  return {
    type: (typeName) => typeRequirements.get(typeName) ?? [],
    field: (typeName, fieldName) =>
      fieldRequirements.get(`${typeName}.${fieldName}`) ?? typeRequirements.get(typeName) ?? [],
  };
}

interface CollectedField {
  readonly requirements: Requirement[];
  readonly returns: string;
}

interface CollectedType {
  readonly requirements: Requirement[];
  readonly fields: Map<string, CollectedField>;
  readonly implementedBy: Set<string>;
  isLeaf: boolean;
}

function collect(document: DocumentNode): ReadonlyMap<string, CollectedType> {
  const names = policyDirectiveNames(document);
  const types = new Map<string, CollectedType>();
  const typeNamed = (name: string): CollectedType => {
    const type = types.get(name) ?? { requirements: [], fields: new Map(), implementedBy: new Set(), isLeaf: false };
    types.set(name, type);
    return type;
  };
  const collectField = (type: CollectedType, node: FieldDefinitionNode): void => {
    const field = type.fields.get(node.name.value) ?? { requirements: [], returns: namedType(node.type) };
    field.requirements.push(...appliedRequirements(node, names));
    type.fields.set(node.name.value, field);
  };
  for (const definition of document.definitions) {
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.OBJECT_TYPE_EXTENSION:
      case Kind.INTERFACE_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_EXTENSION: {
        const type = typeNamed(definition.name.value);
        type.requirements.push(...appliedRequirements(definition, names));
        for (const field of definition.fields ?? []) collectField(type, field);
        for (const { name } of definition.interfaces ?? []) {
          typeNamed(name.value).implementedBy.add(definition.name.value);
        }
        break;
      }
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.SCALAR_TYPE_EXTENSION:
      case Kind.ENUM_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_EXTENSION: {
        const type = typeNamed(definition.name.value);
        type.isLeaf = true;
        type.requirements.push(...appliedRequirements(definition, names));
        break;
      }
    }
  }
  return types;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function distinct(requirements: readonly Requirement[]): readonly Requirement[] {
  return [...new Map(requirements.map((requirement) => [JSON.stringify(requirement), requirement])).values()];
}
