/**
 * An operation → what the record of access has to say of it: the personal fields and the mutations that it names, and
 * which of them were let through.
 */
import { permissionsOf } from '@commonhold/schema/permissions.ts';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

export interface PersonalAccess {
  readonly personalFields: readonly string[];
  readonly deniedFields: readonly string[];
  readonly mutations: readonly string[];
}

/**
 * @param asked the client's document
 * @param allowed what was left of it; undefined: nothing
 * @returns undefined when the operation neither asks for personal data nor changes anything
 */
export type ObservePersonalAccess = (
  asked: DocumentNode,
  allowed: DocumentNode | undefined,
  operationName: string | undefined,
) => PersonalAccess | undefined;

export function createPersonalAccess(supergraphSdl: string, schema: GraphQLSchema): ObservePersonalAccess {
  const { fields } = permissionsOf(parse(supergraphSdl));
  const personal = new Set(
    fields.filter(({ isPersonalData }) => isPersonalData).map(({ typeName, fieldName }) => `${typeName}.${fieldName}`),
  );
  const mutationType = schema.getMutationType()?.name;
  // Documents are kept between requests, so each is walked once.
  const known = new WeakMap<DocumentNode, Map<string, ReadonlySet<string>>>();

  const fieldsOf = (document: DocumentNode | undefined, operationName: string | undefined): ReadonlySet<string> => {
    if (!document) return new Set();
    const ofDocument = known.get(document) ?? new Map<string, ReadonlySet<string>>();
    known.set(document, ofDocument);
    const found = ofDocument.get(operationName ?? '') ?? fieldsIn(document, operationName, schema);
    ofDocument.set(operationName ?? '', found);
    return found;
  };

  return (asked, allowed, operationName) => {
    const given = fieldsOf(allowed, operationName);
    const personalFields = [...given].filter((field) => personal.has(field)).sort();
    const deniedFields = [...fieldsOf(asked, operationName)]
      .filter((field) => personal.has(field) && !given.has(field))
      .sort();
    const mutations = [...given]
      .filter((field) => mutationType !== undefined && field.startsWith(`${mutationType}.`))
      .sort();
    return personalFields.length + deniedFields.length + mutations.length > 0
      ? { personalFields, deniedFields, mutations }
      : undefined;
  };
}

/** `Type.field` of every field that the operation selects, its fragments included. */
function fieldsIn(
  document: DocumentNode,
  operationName: string | undefined,
  schema: GraphQLSchema,
): ReadonlySet<string> {
  const found = new Set<string>();
  const operations = separateOperations(document);
  const operation = operationName === undefined ? Object.values(operations)[0] : operations[operationName];
  const types = new TypeInfo(schema);
  const collect = {
    [Kind.FIELD]: () => {
      const [field, parent] = [types.getFieldDef(), types.getParentType()];
      if (field && parent) found.add(`${parent.name}.${field.name}`);
    },
  };
  if (operation) visit(operation, visitWithTypeInfo(types, collect));
  return found;
}
