/** `@skip` and `@include`: read once per document, decided with each request's variables. */
import { type DirectiveNode, Kind, type OperationDefinitionNode } from 'graphql';

/** The part of an operation is asked for when the variable has this value. */
export interface Condition {
  readonly variable: string;
  readonly value: boolean;
}

/**
 * What `@skip` and `@include` among `directives` ask for, joined by AND; undefined when they leave out what they stand
 * on whatever the variables are.
 */
export function conditionsOf(directives: readonly DirectiveNode[] | undefined): readonly Condition[] | undefined {
  const conditions: Condition[] = [];
  for (const { name, arguments: given } of directives ?? []) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const wanted = name.value === 'include';
    const argument = given?.find((node) => node.name.value === 'if')?.value;
    if (argument?.kind === Kind.VARIABLE) conditions.push({ variable: argument.name.value, value: wanted });
    if (argument?.kind === Kind.BOOLEAN && argument.value !== wanted) return undefined;
  }
  return conditions;
}

/** Reads a Boolean variable of a request; an absent one has the default of the operation. */
export type BooleanVariables = (name: string) => boolean;

/** @param variables as sent or as coerced; they have been validated. */
export function booleanVariables(
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
): BooleanVariables {
  const defaults = new Map(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }): [string, boolean][] =>
      defaultValue?.kind === Kind.BOOLEAN ? [[variable.name.value, defaultValue.value]] : [],
    ),
  );
  return (name) =>
    variables !== undefined && Object.hasOwn(variables, name) && variables[name] !== undefined
      ? variables[name] === true
      : defaults.get(name) === true;
}

/** Whether everything that `conditions` ask for is so. */
export function areMet(conditions: readonly Condition[], variables: BooleanVariables): boolean {
  return conditions.every(({ variable, value }) => variables(variable) === value);
}
