/**
 * The wall in front of `__resolveReference`, where graphql-shield doesn't stand.
 *
 * 1. The id is parsed: it has to be one of ours, of this type, of the principal's company, and on a residence where the
 *    principal may read such an object. Anything else answers null, as an object that doesn't exist, without the
 *    author's resolver being called.
 * 2. Of the other fields only those pass which the SDL declares `@external` on the type: the gateway fetched them for a
 *    `@requires`. Everything else that a caller may have put there is dropped.
 * 3. What the author's resolver gives has to be the object that was asked for.
 *
 * A type that has no resolver of its own gets that of its interface, or one that gives back the id and the `@external`
 * fields: a type whose fields resolve by themselves needs none.
 */

import type { PolicyIndex } from '@commonhold/schema/directives/requirements-of.ts';
import {
  type ConstDirectiveNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
} from 'graphql';
import { isPromise } from '../execution/execution.ts';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import { decodeId, encodeId, type TypedId } from '../tenancy/ids.ts';
import type { PolicyParts } from './compiled.ts';
import { entityTypeNames } from './entity-types.ts';
import { idTypeOf } from './id-type.ts';

/** What an author's `__resolveReference` is given. */
export interface Reference {
  /** The principal's own, of this type, and within reach. */
  readonly id: TypedId;
  /** The fields that the SDL declares `@external`, as the gateway fetched them from their owner; to be parsed. */
  readonly external: Readonly<Record<string, unknown>>;
}

type AuthorsResolver = (reference: Reference, context: SubgraphRequest, info: GraphQLResolveInfo) => unknown;
type FederationResolver = (representation: object, context: SubgraphRequest, info: GraphQLResolveInfo) => unknown;
type EntityType = GraphQLObjectType | GraphQLInterfaceType;
type Resolvers = Readonly<Record<string, object>>;

/** `resolvers`, with a guarded `__resolveReference` for each entity of `schema`. */
export function guardReferences(
  schema: GraphQLSchema,
  resolvers: Resolvers,
  policy: PolicyIndex,
  parts: PolicyParts,
): Resolvers {
  const entities = [...entityTypeNames(schema)].map((name) => schema.getType(name)).filter(isEntityType);
  const guarded = entities.map((type): [string, object] => {
    const isReadable = readability(schema, type, policy, parts);
    const resolve = isResolvable(type) ? authorsResolver(type, resolvers) : () => null;
    return [type.name, { ...resolvers[type.name], __resolveReference: guard(type, isReadable, resolve, parts) }];
  });
  return { ...resolvers, ...Object.fromEntries(guarded) };
}

function guard(
  type: EntityType,
  isReadable: (id: TypedId, request: SubgraphRequest) => boolean,
  resolve: AuthorsResolver,
  { defects }: PolicyParts,
): FederationResolver {
  const idType = idTypeOf(type);
  const externalFields = externalFieldsOf(type);
  const externalOf = (representation: object): Reference['external'] =>
    Object.fromEntries(
      externalFields
        .filter((name) => Object.hasOwn(representation, name))
        .map((name): [string, unknown] => [name, Reflect.get(representation, name)]),
    );
  return (representation, request, info) => {
    const given: unknown = Object.hasOwn(representation, 'id') ? Reflect.get(representation, 'id') : undefined;
    const id = decodeId(given);
    if (id?.type !== idType || !isReadable(id, request)) return null;
    const check = (object: unknown): unknown => {
      if (object === null || object === undefined) return null;
      // There is one form of an id only.
      if (typeof object === 'object' && 'id' in object && object.id === given) return object;
      defects.foreignObjectDropped(type.name, request.log);
      return null;
    };
    try {
      const object = resolve({ id, external: externalOf(representation) }, request, info);
      return isPromise(object) ? object.then(check) : check(object);
    } catch (error) {
      // What throws is this reference's, and none of the others'.
      return Promise.reject(error);
    }
  };
}

/** Whether the principal may read the object of an id, as one of `type`; for an interface: as one of any kind of it. */
function readability(
  schema: GraphQLSchema,
  type: EntityType,
  policy: PolicyIndex,
  { classes, verdictsOf }: PolicyParts,
): (id: TypedId, request: SubgraphRequest) => boolean {
  const kinds = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
  const alternatives = [...new Set(kinds.map((kind) => classes.of(policy.field(kind.name, 'id'))))];
  return (id, { principal }) => {
    const verdicts = verdictsOf(principal).ofId(id);
    return verdicts !== undefined && alternatives.some((alternative) => verdicts[alternative] === 1);
  };
}

function authorsResolver(type: EntityType, resolvers: Resolvers): AuthorsResolver {
  const own = referenceResolverIn(resolvers[type.name]);
  if (own) return own;
  if (isInterfaceType(type)) return () => null;
  for (const { name } of type.getInterfaces()) {
    const inherited = referenceResolverIn(resolvers[name]);
    if (inherited) return onlyOfType(type, inherited);
  }
  return ({ id, external }) => ({ ...external, id: encodeId(id) });
}

/** A reference to a light that turns out to be a lock is a reference to nothing. */
function onlyOfType(type: GraphQLObjectType, resolve: AuthorsResolver): AuthorsResolver {
  return async (reference, request, info) => {
    const object = await resolve(reference, request, info);
    return isOfType(object, type.name) ? object : null;
  };
}

function isOfType(object: unknown, typeName: string): boolean {
  return typeof object === 'object' && object !== null && '__typename' in object && object.__typename === typeName;
}

function referenceResolverIn(typeResolvers: object | undefined): AuthorsResolver | undefined {
  const resolver: unknown = typeResolvers && Reflect.get(typeResolvers, '__resolveReference');
  return isResolver(resolver) ? resolver : undefined;
}

function isResolver(value: unknown): value is AuthorsResolver {
  return typeof value === 'function';
}

function isEntityType(type: unknown): type is EntityType {
  return isObjectType(type) || isInterfaceType(type);
}

/** `@key(resolvable: false)`: the type is only pointed at from here. */
function isResolvable(type: EntityType): boolean {
  const keys = directivesOn(type).filter(({ name }) => name.value === 'key');
  const isPointerOnly = ({ arguments: args }: ConstDirectiveNode): boolean =>
    args?.some(({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value) ??
    false;
  return keys.length === 0 || !keys.every(isPointerOnly);
}

function externalFieldsOf(type: EntityType): readonly string[] {
  return Object.values(type.getFields())
    .filter(({ astNode }) => astNode?.directives?.some(({ name }) => name.value === 'external'))
    .map(({ name }) => name);
}

function directivesOn(type: EntityType): readonly ConstDirectiveNode[] {
  return [type.astNode, ...type.extensionASTNodes].flatMap((node) => node?.directives ?? []);
}
