/**
 * Which role sees which field: the answer to that question for reviews and for tests, computed by the very functions
 * that the gateway and the subgraphs enforce.
 */
import {
  buildASTSchema,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { requirementsOf } from './directives/requirements-of.ts';
import { isRole, LOGIN_POLICIES, ROLES, type Role, type RoleDefinition } from './policy.ts';
import { isSatisfied, type Requirement, type Rights } from './requirement.ts';

/** `company`: everywhere in the company; `residences`: what belongs to the residences that the role was granted for. */
export type Visibility = 'company' | 'residences' | 'none';

export interface FieldPermission {
  readonly typeName: string;
  readonly fieldName: string;
  readonly requirements: readonly Requirement[];
  /** Nobody without the policy `personal-data` sees it. */
  readonly isPersonalData: boolean;
  /** Whether it is a value itself, rather than a way to others. */
  readonly isValue: boolean;
  /** Nobody without the policy `fresh-mfa` sees it; `visibility` supposes a fresh login. */
  readonly needsFreshLogin: boolean;
  /** Nobody without the policy `strong-mfa` sees it; `visibility` supposes a strong login. */
  readonly needsStrongLogin: boolean;
  /** What somebody with this role sees of it after the best of logins. */
  visibility(role: Role): Visibility;
}

export interface Permissions {
  /** Every field of every object type and interface: roots first, then by type; fields in the order of the schema. */
  readonly fields: readonly FieldPermission[];
  /**
   * What `role` sees of a field after the best of logins.
   *
   * @throws {TypeError} when there is no such field.
   */
  visibility(role: Role, typeName: string, fieldName: string): Visibility;
}

/**
 * @param supergraph parsed supergraph or subgraph SDL
 *
 * @example
 * permissionsOf(await readSchema([SUPERGRAPH_FILE])).visibility('ANALYST', 'Residence', 'occupants'); // 'none'
 */
export function permissionsOf(supergraph: DocumentNode): Permissions {
  const index = requirementsOf(supergraph);
  const schema = buildASTSchema(supergraph, { assumeValid: true, assumeValidSDL: true });
  const fields = fieldsOf(schema).map(({ typeName, fieldName, isValue }): FieldPermission => {
    const requirements = index.field(typeName, fieldName);
    return {
      typeName,
      fieldName,
      requirements,
      isValue,
      isPersonalData: asksForPolicy(requirements, 'personal-data'),
      needsFreshLogin: asksForPolicy(requirements, 'fresh-mfa'),
      needsStrongLogin: asksForPolicy(requirements, 'strong-mfa'),
      visibility: (role) => (isSatisfied(rightsOfRole(role), requirements) ? ROLES[role].reach : 'none'),
    };
  });
  const byName = new Map(fields.map((field) => [`${field.typeName}.${field.fieldName}`, field]));
  return {
    fields,
    visibility(role, typeName, fieldName) {
      const field = byName.get(`${typeName}.${fieldName}`);
      if (!field) throw new TypeError(`there is no field ${typeName}.${fieldName}`);
      return field.visibility(role);
    },
  };
}

/** What somebody with this role alone holds, where the role reaches, after the best of logins. */
export function rightsOfRole(role: Role): Rights {
  const { scopes, policies }: RoleDefinition = ROLES[role];
  return {
    authenticated: true,
    scopes: new Set(scopes),
    policies: new Set([...policies, 'public', ...LOGIN_POLICIES]),
  };
}

/** The roles in the order of the vocabulary. */
export const ROLE_NAMES: readonly Role[] = Object.keys(ROLES).filter(isRole);

function asksForPolicy(requirements: readonly Requirement[], policy: string): boolean {
  return requirements.some(
    ({ policies }) => policies.length > 0 && policies.every((alternative) => alternative.includes(policy)),
  );
}

function fieldsOf(schema: GraphQLSchema): readonly Pick<FieldPermission, 'typeName' | 'fieldName' | 'isValue'>[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (type) => type ?? [],
  );
  const others = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .filter((type) => !type.name.includes('__') && !roots.some(({ name }) => name === type.name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return [...roots, ...others].flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({
      typeName: type.name,
      fieldName: field.name,
      isValue: isLeafType(getNamedType(field.type)),
    })),
  );
}
