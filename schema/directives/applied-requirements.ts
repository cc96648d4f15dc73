/** The policy directives on one type or field → what they ask. */
import {
  type ConstDirectiveNode,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  type NameNode,
  valueFromAST,
} from 'graphql';
import { z } from 'zod';
import type { Requirement } from '../requirement.ts';
import type { PolicyDirectiveNames } from './policy-directive-names.ts';

/** A definition, extension or field of a parsed document. */
export interface DirectiveHolder {
  readonly name: NameNode;
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

const ALTERNATIVES = new GraphQLNonNull(
  new GraphQLList(new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString)))),
);

const alternatives = z.array(z.array(z.string()).nonempty()).nonempty();

/**
 * A requirement for each policy directive on `node`; they are joined by AND.
 *
 * @throws {TypeError} when a directive names nothing (`scopes: []` or `[[]]`): whether that lets nobody or everybody in
 * is read in two ways, so it is refused.
 */
export function appliedRequirements(node: DirectiveHolder, names: PolicyDirectiveNames): readonly Requirement[] {
  return (node.directives ?? []).flatMap((directive): Requirement[] => {
    const name = directive.name.value;
    if (names.authenticated.has(name)) return [{ authenticated: true, scopes: [], policies: [] }];
    if (names.requiresScopes.has(name)) {
      return [{ authenticated: false, scopes: readAlternatives(node, directive, 'scopes'), policies: [] }];
    }
    if (names.policy.has(name)) {
      return [{ authenticated: false, scopes: [], policies: readAlternatives(node, directive, 'policies') }];
    }
    return [];
  });
}

function readAlternatives(
  node: DirectiveHolder,
  directive: ConstDirectiveNode,
  argument: string,
): readonly (readonly string[])[] {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  // GraphQL's own coercion: `"a"` and `["a"]` are `[["a"]]`.
  const parsed = alternatives.safeParse(valueFromAST(value, ALTERNATIVES));
  if (!parsed.success) {
    throw new TypeError(
      `@${directive.name.value} on ${node.name.value} names nothing: give ${argument} such as [["name"]]`,
    );
  }
  return parsed.data;
}
