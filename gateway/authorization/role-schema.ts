/**
 * The API schema that a role sees when it asks for introspection.
 *
 * 1. Follow every field that the role may see, from the root types on, with the subgraphs it can come from.
 * 2. Drop the fields that can't be reached so, and from interfaces what not all of their objects have any more.
 * 3. Drop types that nothing leads to, or that have nothing left.
 */
import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils';
import {
  GraphQLObjectType,
  GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Permissions } from './permissions.ts';
import type { Place, Reach } from './reach.ts';

/** @example printSchema(roleSchema(apiSchema, permissions, reach)); */
export function roleSchema(apiSchema: GraphQLSchema, permissions: Permissions, reach: Reach): GraphQLSchema {
  const visible = visibleFields(apiSchema, permissions, reach);
  const isVisible = (typeName: string, fieldName: string): boolean => visible.get(typeName)?.has(fieldName) === true;
  const isEmpty = (typeName: string): boolean => (visible.get(typeName)?.size ?? 0) === 0;
  const roots = new Set(rootTypes(apiSchema).map(({ name }) => name));
  const mapped = mapSchema(apiSchema, {
    [MapperKind.COMPOSITE_FIELD]: (field, fieldName, typeName) => (isVisible(typeName, fieldName) ? field : null),
    [MapperKind.COMPOSITE_TYPE]: (type) =>
      (isObjectType(type) || isInterfaceType(type)) && isEmpty(type.name) && !roots.has(type.name) ? null : type,
  });
  return withQuery(pruneSchema(mapped), apiSchema);
}

/** Introspection needs a query type, also for a role that may ask nothing. */
function withQuery(schema: GraphQLSchema, apiSchema: GraphQLSchema): GraphQLSchema {
  if (schema.getQueryType()) return schema;
  const query = new GraphQLObjectType({ name: apiSchema.getQueryType()?.name ?? 'Query', fields: {} });
  return new GraphQLSchema({ ...schema.toConfig(), query, assumeValid: true });
}

function visibleFields(
  schema: GraphQLSchema,
  permissions: Permissions,
  reach: Reach,
): ReadonlyMap<string, ReadonlySet<string>> {
  const visible = reachedFields(schema, permissions, reach);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isInterfaceType(type) || permissions.isTypeDenied(type.name)) continue;
    const objects = schema.getPossibleTypes(type).filter(({ name }) => visible.has(name));
    const ofAll = Object.keys(type.getFields()).filter(
      (fieldName) =>
        objects.length > 0 &&
        !permissions.isFieldDenied(type.name, fieldName) &&
        objects.every(({ name }) => visible.get(name)?.has(fieldName)),
    );
    visible.set(type.name, new Set(ofAll));
  }
  return visible;
}

/** The fields of object types that can be reached from a root type; grows until nothing is added. */
function reachedFields(schema: GraphQLSchema, permissions: Permissions, reach: Reach): Map<string, Set<string>> {
  const visible = new Map<string, Set<string>>();
  const places = new Map<string, Map<string, Place>>();
  const pending: string[] = [];
  const arrive = (typeName: string, from: readonly Place[]): void => {
    const known = places.get(typeName) ?? new Map<string, Place>();
    places.set(typeName, known);
    const before = known.size;
    for (const place of from) known.set(JSON.stringify(place), place);
    if (known.size > before) pending.push(typeName);
  };
  for (const { name } of rootTypes(schema)) arrive(name, reach.root);

  for (let typeName = pending.pop(); typeName !== undefined; typeName = pending.pop()) {
    const type = schema.getType(typeName);
    if (!isObjectType(type) || permissions.isTypeDenied(typeName)) continue;
    const fields = visible.get(typeName) ?? new Set<string>();
    visible.set(typeName, fields);
    for (const [fieldName, field] of Object.entries(type.getFields())) {
      if (permissions.isFieldDenied(typeName, fieldName)) continue;
      const from = reach.follow(typeName, fieldName, [...(places.get(typeName)?.values() ?? [])]);
      if (from.length === 0) continue;
      fields.add(fieldName);
      const returned = getNamedType(field.type);
      if (!isCompositeType(returned)) continue;
      const objects = isAbstractType(returned) ? schema.getPossibleTypes(returned) : [returned];
      for (const { name } of objects) arrive(name, from);
    }
  }
  return visible;
}

function rootTypes(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) => type ?? []);
}
