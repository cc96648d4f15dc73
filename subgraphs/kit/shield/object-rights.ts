/**
 * What the principal may do with the object that a resolver gave.
 *
 * 1. Types without `id`: the principal's rights in the company.
 * 2. Types with one: the id that the object carries is decoded. It has to be of this type and of the principal's
 *    company; then the rights are those on the residence that stands in it.
 *
 * An object whose id is foreign or can't be read should never have come out of a resolver: it is denied, and recorded.
 *
 * Each object is decided once a request and not once a field. The answer is kept by the identity of both the request
 * and the object: by anything less, such as a rule's name, one object's answer would be given for another's.
 */
import type { Rights } from '@commonhold/schema/requirement.ts';
import type { GraphQLObjectType } from 'graphql';
import type { Defects } from '../defects.ts';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import { decodeId } from '../tenancy/ids.ts';
import { rights, rightsOnId } from '../tenancy/principal.ts';
import { idTypeOf } from './id-type.ts';

/** The rights on `parent`; undefined: none whatsoever. */
export type RightsOnObject = (parent: unknown, request: SubgraphRequest) => Rights | undefined;

export function rightsOnObjectsOf(type: GraphQLObjectType, defects: Defects): RightsOnObject {
  if (!type.getFields()['id']) {
    const companyRights = remembered(({ principal }: SubgraphRequest) => rights(principal));
    return (_, request) => companyRights(request);
  }
  const idType = idTypeOf(type);
  const decide = (parent: unknown, { principal, log }: SubgraphRequest): Rights | undefined => {
    const id = decodeId(idOf(parent));
    const held = id?.type === idType ? rightsOnId(principal, id) : undefined;
    if (!held) defects.foreignObjectDropped(type.name, log);
    return held;
  };
  const decidedIn = remembered((request: SubgraphRequest) => remembered((parent: object) => decide(parent, request)));
  return (parent, request) =>
    typeof parent === 'object' && parent !== null ? decidedIn(request)(parent) : decide(parent, request);
}

function idOf(parent: unknown): unknown {
  return typeof parent === 'object' && parent !== null && 'id' in parent ? parent.id : undefined;
}

function remembered<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const entry = made.get(key) ?? { value: make(key) };
    made.set(key, entry);
    return entry.value;
  };
}
