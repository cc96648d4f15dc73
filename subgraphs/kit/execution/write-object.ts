/**
 * An object's selected fields → JSON text.
 *
 * Most fields are properties that are there already: they are written in the loop itself, without a promise, a path or
 * an object made for any of them. The object's guard is asked once, by the first field that it stands in front of.
 */
import type { Execution, Path, Written } from './execution.ts';
import { isPlain } from './leaf.ts';
import { openings } from './openings.ts';
import type { SelectionPlan } from './plan.ts';
import { writeField, writeProperty, writeUnreadable } from './write-field.ts';
import { join } from './write-list.ts';

/** @throws {GraphQLError} located, when a field that can't be null is. */
export function writeObject<Context>(
  plan: SelectionPlan<Context>,
  source: unknown,
  execution: Execution<Context>,
  path: Path | undefined,
): Written {
  const { fields, guard } = plan;
  const properties = hasProperties(source) ? source : NO_PROPERTIES;
  let verdicts: Uint8Array | undefined;
  let text = '{';
  /** The text before is without its closing quotation mark. */
  let isInText = false;
  let pending: Written[] | undefined;
  try {
    for (const field of fields) {
      const { openings, quickly } = field;
      let isAllowed = true;
      if (guard !== undefined && field.requirementClass !== undefined) {
        verdicts ??= guard.decide(source, execution.context);
        isAllowed = verdicts[field.requirementClass] === 1;
      }
      let written: Written | undefined = field.constant;
      if (quickly !== undefined && isAllowed) {
        const value = readProperty(properties, field.definition.name);
        if (field.isText && typeof value === 'string' && isPlain(value)) {
          text += isInText ? openings.textAfterText : openings.text;
          text += value;
          isInText = true;
          continue;
        }
        written =
          value instanceof Unreadable
            ? writeUnreadable(value.thrown, field, plan, execution, path)
            : (quickly(value) ?? writeProperty(value, field, plan, properties, execution, path));
      }
      written ??= writeField(field, plan, source, isAllowed, execution, path);
      text += isInText ? openings.plainAfterText : openings.plain;
      isInText = false;
      if (typeof written === 'string') {
        text += written;
      } else {
        pending ??= [];
        pending.push(text, written);
        text = '';
      }
    }
  } catch (error) {
    if (pending === undefined) throw error;
    // What is under way ends first.
    return Promise.all(pending)
      .then(join)
      .finally(() => {
        throw error;
      });
  }
  text += isInText ? '"}' : '}';
  if (pending === undefined) return text;
  pending.push(text);
  return Promise.all(pending).then(join);
}

/** The same, one field after the other: for mutations. */
export async function writeSerially<Context>(
  plan: SelectionPlan<Context>,
  source: unknown,
  execution: Execution<Context>,
): Promise<string> {
  let text = '{';
  for (const field of plan.fields) {
    const one = await writeObject(
      { ...plan, fields: [{ ...field, openings: openings(`"${field.key}":`) }] },
      source,
      execution,
      undefined,
    );
    text += text === '{' ? one.slice(1, -1) : `,${one.slice(1, -1)}`;
  }
  return `${text}}`;
}

function readProperty(properties: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return properties[name];
  } catch (thrown) {
    return new Unreadable(thrown);
  }
}

/** In place of a property whose getter throws. */
class Unreadable {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    this.thrown = thrown;
  }
}

const NO_PROPERTIES = Object.freeze({});

function hasProperties(source: unknown): source is Readonly<Record<string, unknown>> {
  return (typeof source === 'object' && source !== null) || typeof source === 'function';
}
