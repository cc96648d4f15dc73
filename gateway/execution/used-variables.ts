/** The variables that a part of an operation uses: what is sent without the rest defines no others. */
import { type ASTNode, type OperationDefinitionNode, type VariableDefinitionNode, visit } from 'graphql';

export function usedVariables(
  { variableDefinitions }: OperationDefinitionNode,
  parts: readonly ASTNode[],
): readonly VariableDefinitionNode[] {
  const used = new Set<string>();
  for (const part of parts) {
    visit(part, {
      Variable({ name }) {
        used.add(name.value);
      },
    });
  }
  return (variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value));
}
