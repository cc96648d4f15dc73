/** Values as identity providers write them, brought into the form of RFC 7643. */
import { z } from 'zod';
import { ScimRefusal } from './refusal.ts';
import { attributeName, isNotKept, type USER } from './schemas.ts';

/**
 * A truth as providers write it: `false`, `"False"`, `0`, `[{"value": "False"}]`. Null and nothing are not true.
 *
 * @param attribute its name
 * @throws {ScimRefusal} 400 when it is neither true nor false
 */
export function readBoolean(value: unknown, attribute: 'active' | 'primary'): boolean {
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null || value === 0) return false;
  if (value === 1) return true;
  if (typeof value === 'string' && /^\s*(true|1)\s*$/i.test(value)) return true;
  if (typeof value === 'string' && /^\s*(false|0)\s*$/i.test(value)) return false;
  if (Array.isArray(value) && value.length === 1) return readBoolean(value[0], attribute);
  if (typeof value === 'object' && !Array.isArray(value)) {
    const inner = Object.entries(value).find(([name]) => ['value', attribute].includes(name.toLowerCase()));
    if (inner) return readBoolean(inner[1], attribute);
  }
  throw new ScimRefusal(400, `\`${attribute}\` has to be true or false.`, 'invalidValue');
}

/** Each `primary` in it says truly whether. */
export function withBooleans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBooleans);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name.toLowerCase() === 'primary' ? readBoolean(inner, 'primary') : inner,
    ]),
  );
}

/**
 * A whole resource as it came by POST or PUT: names as the schema writes them, without what isn't kept.
 *
 * @throws {ScimRefusal} 400 when it is no object, or of another schema
 */
export function readResource(body: unknown, definition: typeof USER): Readonly<Record<string, unknown>> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(body).data;
  if (!parsed) throw new ScimRefusal(400, 'The body is no resource.', 'invalidSyntax');
  const { schemas } = parsed;
  if (schemas !== undefined && !(Array.isArray(schemas) && schemas.includes(definition.id))) {
    throw new ScimRefusal(400, `\`schemas\` has to name ${definition.id}.`, 'invalidSyntax');
  }
  const own = Object.entries(parsed)
    .filter(([name, value]) => !isNotKept(name) && value !== null)
    .map(([name, value]) => [attributeName(name, definition), value] as const)
    .filter(([name]) => !['schemas', 'meta', 'id'].includes(name))
    .map(([name, value]) => [name, name === 'active' ? readBoolean(value, 'active') : withBooleans(value)]);
  return Object.fromEntries(own);
}

export function lowerCaseNames(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), inner]));
}
