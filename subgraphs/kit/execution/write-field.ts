/** One field of an object → JSON text, where it isn't a property that is written as it is. */
import { defaultFieldResolver, getArgumentValues } from 'graphql';
import { type Execution, isPromise, type Path, type Written } from './execution.ts';
import { handleError } from './handle-error.ts';
import type { Arguments, FieldPlan, SelectionPlan } from './plan.ts';
import { resolveInfo } from './resolve-info.ts';

/**
 * 1. Coerce the arguments.
 * 2. Ask what stands in front of it: a resolver behind a field that is denied isn't called.
 * 3. Resolve, and complete what comes of it.
 *
 * @throws {GraphQLError} located, when it can't be null and is
 */
export function writeField<Context>(
  field: FieldPlan<Context>,
  plan: SelectionPlan<Context>,
  source: unknown,
  isAllowed: boolean,
  execution: Execution<Context>,
  parentPath: Path | undefined,
): Written {
  const path = pathOf(field, parentPath);
  try {
    const args = argumentsOf(field, execution);
    if (!isAllowed) throw answered(null, field, plan, execution);
    const passed = field.checkArguments?.(args) ?? true;
    if (passed !== true) throw passed;
    return settle(resolve(field, plan, source, args, execution, path), field, plan, execution, path);
  } catch (error) {
    return handleError(error, field, field, path, execution);
  }
}

/** A property that was read already and isn't as it is written. @throws {GraphQLError} as `writeField` */
export function writeProperty<Context>(
  read: unknown,
  field: FieldPlan<Context>,
  plan: SelectionPlan<Context>,
  source: unknown,
  execution: Execution<Context>,
  parentPath: Path | undefined,
): Written {
  if (typeof read === 'function') return writeField(field, plan, source, true, execution, parentPath);
  const path = pathOf(field, parentPath);
  try {
    return settle(read, field, plan, execution, path);
  } catch (error) {
    return handleError(error, field, field, path, execution);
  }
}

/** A property that could not be read. @throws {GraphQLError} as `writeField` */
export function writeUnreadable<Context>(
  thrown: unknown,
  field: FieldPlan<Context>,
  plan: SelectionPlan<Context>,
  execution: Execution<Context>,
  parentPath: Path | undefined,
): Written {
  const error = answered(thrown, field, plan, execution);
  return handleError(error, field, field, pathOf(field, parentPath), execution);
}

function pathOf<Context>({ key, parentType }: FieldPlan<Context>, prev: Path | undefined): Path {
  return { prev, key, typename: parentType.name };
}

function argumentsOf<Context>(field: FieldPlan<Context>, { args, variableValues }: Execution<Context>): Arguments {
  const { argsPlace, definition, nodes } = field;
  const [node] = nodes;
  if (argsPlace === undefined || node === undefined) return NO_ARGUMENTS;
  const known = args[argsPlace] ?? getArgumentValues(definition, node, variableValues);
  args[argsPlace] = known;
  return known;
}

const NO_ARGUMENTS: Arguments = Object.freeze({});

function resolve<Context>(
  field: FieldPlan<Context>,
  plan: SelectionPlan<Context>,
  source: unknown,
  args: Arguments,
  execution: Execution<Context>,
  path: Path,
): unknown {
  const resolver = field.definition.resolve ?? defaultFieldResolver;
  try {
    return resolver(source, args, execution.context, resolveInfo(field, execution, path));
  } catch (thrown) {
    throw answered(thrown, field, plan, execution);
  }
}

function settle<Context>(
  value: unknown,
  field: FieldPlan<Context>,
  plan: SelectionPlan<Context>,
  execution: Execution<Context>,
  path: Path,
): Written {
  const written = isPromise(value)
    ? value.then(
        (resolved) => field.complete(resolved, execution, path),
        (thrown: unknown) => {
          throw answered(thrown, field, plan, execution);
        },
      )
    : field.complete(value, execution, path);
  if (typeof written === 'string') return written;
  return written.then(undefined, (error: unknown) => handleError(error, field, field, path, execution));
}

function answered<Context>(
  thrown: unknown,
  { definition }: FieldPlan<Context>,
  { guard }: SelectionPlan<Context>,
  { context }: Execution<Context>,
): unknown {
  return guard ? guard.answerTo(thrown, definition.name, context) : thrown;
}
