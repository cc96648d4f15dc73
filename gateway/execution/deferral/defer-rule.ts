/**
 * What the specification asks of `@defer` beyond its arguments: labels that tell parts apart, and nothing of what a
 * mutation does.
 */
import { type ASTVisitor, GraphQLError, Kind, type ValidationContext } from 'graphql';
import { DEFER } from './defer-label.ts';

/** A rule of validation. */
export function DeferRule(context: ValidationContext): ASTVisitor {
  const labels = new Set<string>();
  return {
    Directive(node) {
      if (node.name.value !== DEFER) return;
      const refuse = (message: string): void => context.reportError(new GraphQLError(message, { nodes: node }));
      const parent = context.getParentType();
      if (parent && parent === context.getSchema().getMutationType()) {
        refuse('"@defer" cannot be used on the fields of a mutation itself.');
      }
      const label = node.arguments?.find(({ name }) => name.value === 'label')?.value;
      if (!label || label.kind === Kind.NULL) return;
      if (label.kind !== Kind.STRING) return refuse('The label of "@defer" has to be a text.');
      if (labels.has(label.value)) return refuse('Each label of "@defer" can be used only once.');
      labels.add(label.value);
    },
  };
}
