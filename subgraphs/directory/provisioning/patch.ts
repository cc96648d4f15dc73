/**
 * PATCH (RFC 7644, section 3.5.2), in the forms in which identity providers write it: operations in any case, values
 * without a path, names in any case or with their schema's URN, booleans as texts, single values in a list, and a value
 * of a kind (`phoneNumbers[type eq "mobile"].value`) that isn't there yet. Each operation is brought into the RFC's own
 * form, and applied by scimmy.
 */
import SCIMMY from 'scimmy';
import { z } from 'zod';
import { assertHarmless } from './filters.ts';
import { parsing, ScimRefusal } from './refusal.ts';
import { attributeName, isNotKept } from './schemas.ts';
import { lowerCaseNames, readBoolean, withBooleans } from './values.ts';

const MOST_OPERATIONS = 100;
const PATCH_OP = SCIMMY.Messages.PatchOp.id;

/** In the RFC's own form, for one attribute. */
export interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value: unknown;
}

type Definition = InstanceType<typeof SCIMMY.Types.SchemaDefinition>;

/** An instance of one of `schemas.ts`. */
type Resource = InstanceType<typeof SCIMMY.Types.Schema>;

const message = z.object({
  schemas: z.array(z.string()).refine((schemas) => schemas.includes(PATCH_OP)),
  operations: z
    .array(
      z
        .record(z.string(), z.unknown())
        .transform(lowerCaseNames)
        .pipe(
          z.object({
            op: z
              .string()
              .toLowerCase()
              .pipe(z.enum(['add', 'remove', 'replace'])),
            path: z.string().nullish(),
            value: z.unknown().optional(),
          }),
        ),
    )
    .min(1),
});

/**
 * @param body a PatchOp message
 * @returns the resource as it is to be
 * @throws {ScimRefusal} 400, or scimmy's own error of that status
 */
export async function applyPatch<Patched extends Resource>(resource: Patched, body: unknown): Promise<Patched> {
  const definition = (resource.constructor as typeof SCIMMY.Types.Schema).definition;
  return applyOperations(resource, readOperations(body, definition));
}

/** @throws {ScimRefusal} 400 when it is no PatchOp message, or one with too many operations */
export function readOperations(body: unknown, definition: Definition): readonly Operation[] {
  const parsed = z.record(z.string(), z.unknown()).transform(lowerCaseNames).pipe(message).safeParse(body);
  if (!parsed.success) throw new ScimRefusal(400, 'The body is no PatchOp message.', 'invalidSyntax');
  const { operations } = parsed.data;
  if (operations.length > MOST_OPERATIONS) {
    throw new ScimRefusal(400, `At most ${MOST_OPERATIONS} operations are taken at once.`, 'tooMany');
  }
  return operations.flatMap((one) => withPaths(one, definition));
}

/** One after the other. @throws as `applyPatch` */
export async function applyOperations<Patched extends Resource>(
  resource: Patched,
  operations: readonly Operation[],
): Promise<Patched> {
  let patched = resource;
  for (const operation of operations) {
    patched = await applyOne(patched, operation);
  }
  return patched;
}

async function applyOne<Patched extends Resource>(resource: Patched, operation: Operation): Promise<Patched> {
  const { op, path, value } = withRest(withKind(operation, resource), resource);
  const single = new SCIMMY.Messages.PatchOp({
    schemas: [PATCH_OP],
    Operations: [{ op, path, ...(value !== undefined && { value }) }],
  });
  // Nothing is given back when nothing changed.
  const patched: Patched | undefined = await single.apply(resource);
  return patched ?? resource;
}

/** One operation for each attribute, with a path in the schema's own writing; none for what isn't kept. */
function withPaths(
  { op, path, value }: { op: Operation['op']; path?: string | null | undefined; value?: unknown },
  definition: Definition,
): readonly Operation[] {
  if (path != null && path !== '') return isNotKept(path) ? [] : [inOwnForm({ op, path, value }, definition)];
  if (op === 'remove') throw new ScimRefusal(400, 'What to remove has to be named by a path.', 'noTarget');
  const attributes = z.record(z.string(), z.unknown()).safeParse(value).data;
  if (!attributes) throw new ScimRefusal(400, 'Without a path, the value has to be an object.', 'invalidValue');
  return Object.entries(attributes)
    .flatMap(([name, inner]) => (isSchemaUrn(name) ? Object.entries(inner ?? {}) : [[name, inner] as const]))
    .filter(([name]) => !['schemas', 'id', 'meta'].includes(name.toLowerCase()) && !isNotKept(name))
    .map(([name, inner]) => inOwnForm({ op, path: name, value: inner }, definition));
}

/** A schema's attributes may stand together under its name. */
function isSchemaUrn(name: string): boolean {
  return /^urn:ietf:params:scim:schemas:core:2\.0:(User|Group)$/i.test(name);
}

/** `emails[type eq "work"].value`: the attribute, a filter perhaps, a part of it perhaps. */
const PATH = /^(?<name>(?:urn:[\w:.-]+:)?[A-Za-z$][\w$]*)(?<filter>\[[^[\]]*\])?(?:\.(?<part>[A-Za-z$][\w$]*))?$/;

function inOwnForm({ op, path, value }: Operation, definition: Definition): Operation {
  const { name = '', filter = '', part } = PATH.exec(path)?.groups ?? {};
  assertHarmless(path, 'invalidPath');
  const attribute = attributeName(name, definition);
  const known = definition.attributes.find((one) => one.name === attribute);
  const own = (known?.subAttributes ?? []).find((one) => one.name.toLowerCase() === part?.toLowerCase())?.name;
  const target = `${attribute}${filter}${part === undefined ? '' : `.${own ?? part}`}`;
  if (attribute === 'active') return op === 'remove' ? off : { op, path: target, value: readBoolean(value, 'active') };
  // Null stands for nothing (RFC 7643, section 2.5).
  if (value === null && op !== 'remove') return { op: 'remove', path: target, value: undefined };
  return { op, path: target, value: own === 'primary' ? readBoolean(value, 'primary') : withBooleans(value) };
}

/** Who isn't said to be active isn't. */
const off: Operation = { op: 'replace', path: 'active', value: false };

/** A part of a value of a kind that isn't there: the value comes into being with this part. */
function withKind(operation: Operation, resource: Resource): Operation {
  const { op, path, value } = operation;
  const { name = '', filter, part } = PATH.exec(path)?.groups ?? {};
  const kind = /^\[\s*type\s+eq\s+"([^"]*)"\s*\]$/i.exec(filter ?? '')?.[1];
  if (op === 'remove' || kind === undefined) return operation;
  const present: unknown = Object.entries(resource).find(([attribute]) => attribute === name)?.[1];
  const filtered = Array.isArray(present)
    ? parsing(() => new SCIMMY.Types.Filter((filter ?? '').slice(1, -1)).match([...present]))
    : [];
  if (filtered.length > 0) return operation;
  const made = part === undefined ? value : { type: kind, [part]: value };
  return { op: 'add', path: name, value: made };
}

/**
 * Values that are to be removed from a list: the rest of it takes its place. scimmy would write a filter of the names and
 * values that a client sent.
 */
function withRest(operation: Operation, resource: Resource): Operation {
  const { op, path, value } = operation;
  const present: unknown = Object.entries(resource).find(([attribute]) => attribute === path)?.[1];
  if (op !== 'remove' || value === undefined) return operation;
  if (!Array.isArray(present)) return { op, path, value: undefined };
  const leaving = new Set((Array.isArray(value) ? value : [value]).map(plainValue));
  const rest = [...present].filter((one) => !leaving.has(plainValue(one)));
  return rest.length === 0 ? { op, path, value: undefined } : { op: 'replace', path, value: rest };
}

/** What a value of a list is known by. */
export function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).find(([name]) => name.toLowerCase() === 'value')?.[1];
}
