/** An operation's fields, as they are carried out. */
import type { FieldNode, GraphQLField, GraphQLObjectType } from 'graphql';
import type { Execution, Path, Written } from './execution.ts';
import type { WriteQuickly } from './leaf.ts';
import type { Openings } from './openings.ts';

/** The fields that are selected on objects of one type. */
export interface SelectionPlan<Context> {
  readonly type: GraphQLObjectType;
  readonly guard: ObjectGuard<Context> | undefined;
  readonly fields: readonly FieldPlan<Context>[];
}

/** A field as it is selected on objects of a type. */
export interface SelectedField {
  /** Name in the answer. */
  readonly key: string;
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly nodes: readonly FieldNode[];
}

export interface FieldPlan<Context> extends SelectedField {
  readonly openings: Openings;
  /** Its whole text, where that is known beforehand: `__typename`. */
  readonly constant: string | undefined;
  /** The byte of its object's verdicts that counts; undefined: none does. */
  readonly requirementClass: number | undefined;
  /** Whether its arguments may be; undefined: any. */
  readonly checkArguments: ((args: Arguments) => true | Error) | undefined;
  /** Its arguments' place in `Execution.args`; undefined: it takes none. */
  readonly argsPlace: number | undefined;
  readonly isNullable: boolean;
  /** Nothing is below it. */
  readonly isLeaf: boolean;
  readonly complete: Complete<Context>;
  /** Its values are texts, which are written with the opening's quotation mark where nothing in them is escaped. */
  readonly isText: boolean;
  /** How the object's own property is written when nothing has to be done to it; undefined: something always has. */
  readonly quickly: WriteQuickly | undefined;
}

export type Arguments = Readonly<Record<string, unknown>>;

/**
 * A resolved value → its text.
 *
 * @param path of the value; undefined for a leaf, which nothing is below
 * @throws {Error} what is wrong with the value; not located yet
 */
export type Complete<Context> = (value: unknown, execution: Execution<Context>, path: Path | undefined) => Written;

/** What stands in front of an object's fields. */
export interface ObjectGuard<Context> {
  /** What may be read of the object: a byte for each class of fields, 1 where it may. */
  decide(object: unknown, context: Context): Uint8Array;
  field(name: string): FieldGuard;
  /** What is answered for a field that is denied (null), or in place of what a resolver has thrown. */
  answerTo(thrown: unknown, fieldName: string, context: Context): Error;
}

/** A field may be read when its class may, or when its arguments pass. */
export type FieldGuard =
  | { readonly by: 'rights'; readonly requirementClass: number }
  | { readonly by: 'arguments'; readonly check: (args: Arguments) => true | Error };

/** undefined: nothing stands in front of the type's fields, and errors are as they are thrown. */
export type Guard<Context> = (type: GraphQLObjectType) => ObjectGuard<Context> | undefined;
