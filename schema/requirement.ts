/**
 * What a field asks of whoever reads it, and whether somebody's rights satisfy it.
 *
 * Both walls use this one function: the gateway when it prunes an operation, and each subgraph's shield. Its meaning is
 * that of Apollo Federation's `@authenticated`, `@requiresScopes` and `@policy`: the outer list is OR, the inner AND,
 * and several directives on one field are joined by AND.
 */

export interface Requirement {
  readonly authenticated: boolean;
  /** OR of ANDs; empty: no scope is asked for. */
  readonly scopes: readonly (readonly string[])[];
  /** OR of ANDs; empty: no policy is asked for. */
  readonly policies: readonly (readonly string[])[];
}

export interface Rights {
  readonly authenticated: boolean;
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

/** The rights of somebody who shows no token. */
export const ANONYMOUS_RIGHTS: Rights = {
  authenticated: false,
  scopes: new Set(),
  policies: new Set(['public']),
};

/**
 * Whether `rights` satisfy every one of `requirements` (a type's and a field's own are passed together).
 *
 * @example
 * isSatisfied(rights, [{ authenticated: true, scopes: [['device:read']], policies: [] }]);
 */
export function isSatisfied(rights: Rights, requirements: readonly Requirement[]): boolean {
  return requirements.every(
    (requirement) =>
      (!requirement.authenticated || rights.authenticated) &&
      isCovered(requirement.scopes, rights.scopes) &&
      isCovered(requirement.policies, rights.policies),
  );
}

function isCovered(alternatives: readonly (readonly string[])[], held: ReadonlySet<string>): boolean {
  return alternatives.length === 0 || alternatives.some((all) => all.every((name) => held.has(name)));
}
