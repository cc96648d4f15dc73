/** What is wrong with a contract: where it stands in the file, and what to do about it. */
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { contractSchema } from './contract-schema.ts';

export interface Finding {
  readonly line: number;
  /** Such as `limits.concurrency`. */
  readonly member: string;
  /** What to do, such as "give a whole number". */
  readonly remedy: string;
}

export type ReadContract =
  | { readonly kind: 'read'; readonly contract: z.output<typeof contractSchema>; readonly lineOf: LineOf }
  | { readonly kind: 'wrong'; readonly findings: readonly [Finding, ...Finding[]] };

/** The line of a member; of its nearest parent, if it isn't there. */
export type LineOf = (member: readonly PropertyKey[]) => number;

type Issue = z.core.$ZodIssue;

/** Reads the text of a contract by itself, without what it says about environments being looked at. */
export function readContract(text: string): ReadContract {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf: LineOf = (member) => lines.linePos(offsetOf(document, member)).line;
  const [broken] = document.errors;
  if (broken) {
    const line = broken.linePos?.[0].line ?? 1;
    return { kind: 'wrong', findings: [{ line, member: 'the YAML', remedy: sentenceOf(broken.message) }] };
  }
  const parsed = contractSchema.safeParse(document.toJS());
  if (parsed.success) return { kind: 'read', contract: parsed.data, lineOf };
  const [first, ...others] = parsed.error.issues.flatMap(single).map((issue) => {
    const member = memberOf(issue);
    return {
      line: lineOf(member),
      member: member.map(String).join('.') || 'the file',
      remedy: remedyOf(issue, document.hasIn(member)),
    };
  });
  if (!first) throw new TypeError('a contract is wrong without an issue');
  return { kind: 'wrong', findings: [first, ...others] };
}

/** One for each unknown member. */
function single(issue: Issue): readonly Issue[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ ...issue, keys: [key] })) : [issue];
}

function memberOf(issue: Issue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys] : issue.path;
}

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  int: 'a whole number',
  number: 'a number',
  object: 'members',
  record: 'members',
  string: 'a text',
};

function remedyOf(issue: Issue, isThere: boolean): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `take it out, or name it as one of ${membersAt(issue.path).join(', ')}`;
    case 'invalid_type':
      return isThere ? `give ${KINDS[issue.expected] ?? issue.expected}` : missing(issue.path);
    case 'too_small':
      return issue.origin === 'number' ? `give at least ${issue.minimum}` : 'give at least one';
    case 'too_big':
      return `give at most ${issue.maximum}`;
    case 'invalid_value':
      return isThere ? `give ${oneOf(issue.values)}` : missing(issue.path);
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `give ${oneOf(issue.options)}`
        : correct(issue.message);
    case 'invalid_key':
      return correct(issue.issues[0]?.message ?? issue.message);
    case 'custom':
      return issue.message;
    default:
      return correct(issue.message);
  }
}

const correct = (message: string) => `correct it, it ${message}`;
const oneOf = (values: readonly unknown[]) => (values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`);

function missing(path: readonly PropertyKey[]): string {
  return `add it (${describe(path).replace(/\.$/, '')})`;
}

function sentenceOf(message: string): string {
  return `correct it (${message.split(/ at line |\n/)[0]})`;
}

type Shape = z.core.JSONSchema.JSONSchema;

function describe(path: readonly PropertyKey[]): string {
  return shapesAt(path).find(({ description }) => description)?.description ?? 'it has to be there';
}

function membersAt(path: readonly PropertyKey[]): readonly string[] {
  return [...new Set(shapesAt(path).flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** What the JSON Schema says of a place; several where there are alternatives. */
function shapesAt(path: readonly PropertyKey[]): readonly Shape[] {
  return path.reduce<readonly Shape[]>(
    (shapes, part) => shapes.flatMap((shape) => alternatives(inside(shape, String(part)))),
    [z.toJSONSchema(contractSchema, { io: 'input' })],
  );
}

function inside({ properties, additionalProperties, items }: Shape, part: string): unknown {
  return properties?.[part] ?? additionalProperties ?? items;
}

function alternatives(shape: unknown): readonly Shape[] {
  if (!isShape(shape)) return [];
  return [shape, ...(shape.oneOf ?? []).flatMap(alternatives)];
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null;
}

/** Where the deepest member of `place` that exists begins; a missing member is looked for in its parent. */
function offsetOf(document: Document.Parsed, place: readonly PropertyKey[]): number {
  for (let depth = place.length; depth > 0; depth -= 1) {
    const key = keyOf(document, place.slice(0, depth));
    if (isNode(key) && key.range) return key.range[0];
    const node = document.getIn(place.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

/** A member's own name, since its value may begin lines later. */
function keyOf(document: Document.Parsed, place: readonly PropertyKey[]): unknown {
  const parent = place.length > 1 ? document.getIn(place.slice(0, -1), true) : document.contents;
  if (!isMap(parent)) return undefined;
  return parent.items.find(({ key }) => isNode(key) && String(key) === String(place.at(-1)))?.key;
}
