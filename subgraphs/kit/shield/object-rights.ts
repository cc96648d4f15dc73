/**
 * What the principal may do with the object that a resolver gave.
 *
 * 1. Types without `id`: the principal's rights in the company.
 * 2. Types with one: the id that the object carries is decoded. It has to be of this type and of the principal's
 *    company; then the rights are those on the residence that stands in it.
 *
 * An object whose id is foreign or can't be read should never have come out of a resolver: it is denied, and recorded.
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
  if (!type.getFields()['id']) return (_, { principal }) => rights(principal);
  const idType = idTypeOf(type);
  return rememberedPerRequest((parent, { principal, log }) => {
    const id = decodeId(idOf(parent));
    const held = id?.type === idType ? rightsOnId(principal, id) : undefined;
    if (!held) defects.foreignObjectDropped(type.name, log);
    return held;
  });
}

function idOf(parent: unknown): unknown {
  return typeof parent === 'object' && parent !== null && 'id' in parent ? parent.id : undefined;
}

/**
 * Each object is decided once a request and not once a field. The answer is kept by the identity of both the request
 * and the object: by anything less, such as a rule's name, one object's answer would be given for another's.
 */
function rememberedPerRequest(decide: RightsOnObject): RightsOnObject {
  const requests = new WeakMap<SubgraphRequest, WeakMap<object, Rights | undefined>>();
  return (parent, request) => {
    if (typeof parent !== 'object' || parent === null) return decide(parent, request);
    const decided = requests.get(request) ?? new WeakMap<object, Rights | undefined>();
    requests.set(request, decided);
    if (!decided.has(parent)) decided.set(parent, decide(parent, request));
    return decided.get(parent);
  };
}
