/** What a new supergraph changes for those who use the old one: in the API, and in who may see what. */
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { findBreakingChanges, findDangerousChanges, type GraphQLSchema, parse } from 'graphql';
import { type Permissions, permissionsOf, ROLE_NAMES } from './permissions.ts';

export interface SchemaChanges {
  /** Operations that worked may fail, such as after a removed field. */
  readonly breaking: readonly string[];
  /** Clients may meet what they don't expect, such as a new enum value. */
  readonly dangerous: readonly string[];
  /** A role sees more or less of a field that both have, or sees a new field. */
  readonly rights: readonly string[];
}

/** @param before supergraph SDL @param after supergraph SDL */
export function schemaChanges(before: string, after: string): SchemaChanges {
  const [oldApi, newApi] = [apiSchema(before), apiSchema(after)];
  return {
    breaking: findBreakingChanges(oldApi, newApi).map(({ description }) => description),
    dangerous: findDangerousChanges(oldApi, newApi).map(({ description }) => description),
    rights: changedRights(permissionsOf(parse(before)), permissionsOf(parse(after))),
  };
}

/** The schema as clients see it, without what federation keeps in it for the gateway. */
function apiSchema(supergraph: string): GraphQLSchema {
  // The default set lacks the policy directives, because the query planner by itself doesn't enforce them.
  const options = { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES };
  return Supergraph.build(supergraph, options).apiSchema().toGraphQLJSSchema();
}

function changedRights(before: Permissions, after: Permissions): readonly string[] {
  const earlier = new Map(before.fields.map((field) => [`${field.typeName}.${field.fieldName}`, field]));
  return after.fields.flatMap((field) => {
    const name = `${field.typeName}.${field.fieldName}`;
    return ROLE_NAMES.flatMap((role) => {
      const [was, is] = [earlier.get(name)?.visibility(role) ?? 'none', field.visibility(role)];
      return was === is ? [] : [`${role} sees ${name}: ${was} → ${is}`];
    });
  });
}
