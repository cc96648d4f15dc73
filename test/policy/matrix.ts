/** The permissions of the supergraph, and the ways that lead to each field for a role. */
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import { type Permissions, permissionsOf } from '@commonhold/schema/permissions.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { buildASTSchema, type GraphQLSchema } from 'graphql';
import { type FieldPath, pathsToFields, reachableFields, type Step, type Walk } from './field-paths.ts';

export interface Matrix {
  readonly schema: GraphQLSchema;
  readonly permissions: Permissions;
  isSeen(role: Role, step: Step): boolean;
  /** A path to each field that a query leads to. */
  queryPaths(role: Role): readonly FieldPath[];
  /** A path to each of these mutations, and to each field of what it answers that no query does. */
  mutationPaths(role: Role, isWanted: (mutation: Step) => boolean): readonly FieldPath[];
  /** Whether something on these paths asks for a fresh login. */
  needsFreshLogin(paths: readonly FieldPath[]): boolean;
  /** `Type.field` of all that the role reaches by fields that it sees. */
  reachable(role: Role): ReadonlySet<string>;
}

export async function loadMatrix(): Promise<Matrix> {
  const document = await readSchema([SUPERGRAPH_FILE]);
  const schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  const permissions = permissionsOf(document);
  const isSeen = (role: Role, { typeName, fieldName }: Step): boolean =>
    permissions.visibility(role, typeName, fieldName) !== 'none';
  const walk = (role: Role, root: string): Walk => ({ schema, root, isSeen: (step) => isSeen(role, step) });
  const queryPaths = (role: Role): readonly FieldPath[] => pathsToFields(walk(role, 'Query'));
  const mutations = permissions.fields.filter(({ typeName }) => typeName === 'Mutation');
  return {
    schema,
    permissions,
    isSeen,
    queryPaths,
    mutationPaths(role, isWanted) {
      const queried = new Set(queryPaths(role).map((path) => path.at(-1)?.typeName));
      return mutations.filter(isWanted).flatMap((mutation) => {
        const isOpen = (step: Step): boolean => step.typeName !== 'Mutation' || step.fieldName === mutation.fieldName;
        const paths = pathsToFields({ ...walk(role, 'Mutation'), isOpen });
        return paths.filter((path) => !queried.has(path.at(-1)?.typeName));
      });
    },
    needsFreshLogin: (paths) =>
      permissions.fields.some(
        ({ needsFreshLogin, typeName, fieldName }) =>
          needsFreshLogin &&
          paths.some((path) => path.some((step) => step.typeName === typeName && step.fieldName === fieldName)),
      ),
    reachable: (role) => new Set(['Query', 'Mutation'].flatMap((root) => [...reachableFields(walk(role, root))])),
  };
}
