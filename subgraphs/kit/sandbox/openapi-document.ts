/** A partner's OpenAPI document as its sandbox uses it: operations with their parameters, bodies and first 2xx status. */
import { readFile } from 'node:fs/promises';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { parse } from 'yaml';
import { z } from 'zod';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
type Json = { readonly [member: string]: unknown };

export interface OpenApiOperation {
  readonly id: string;
  readonly method: (typeof METHODS)[number];
  /** Path in Fastify's form, with the base path of `servers`: `/v1/devices/:id`. */
  readonly route: string;
  readonly parameters: readonly OpenApiParameter[];
  /** JSON Schema of the body; undefined: it has none. */
  readonly body: Json | undefined;
  readonly status: number;
  /** JSON Schema of the answer with this status; undefined: it has none. */
  readonly answer: Json | undefined;
}

export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Json;
}

export interface OpenApiDocument {
  readonly json: Json;
  /** Path of the first server, `/v1`. */
  readonly base: string;
  /** Of its components, without references. */
  readonly schemas: Readonly<Record<string, Json>>;
  readonly operations: readonly OpenApiOperation[];
}

const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().default(false),
  schema: z.record(z.string(), z.unknown()),
});
const operation = z.object({
  operationId: z.string(),
  parameters: z.array(parameter).default([]),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: z.record(z.string(), z.unknown()) }) }) })
    .optional(),
  responses: z.record(z.string(), z.unknown()),
});
const answer = z.object({
  content: z.object({ 'application/json': z.object({ schema: z.record(z.string(), z.unknown()) }) }),
});
const document = z.object({
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())).default({}) }).prefault({}),
  servers: z.array(z.object({ url: z.string() })).default([]),
  paths: z.record(z.string(), z.partialRecord(z.enum(METHODS), operation)),
});

/**
 * @param file YAML or JSON; only references inside the document are followed
 * @throws {StartupError} naming the file when it isn't an OpenAPI document of the kind that a sandbox can serve
 */
export async function loadOpenApiDocument(file: URL): Promise<OpenApiDocument> {
  const name = file.pathname.split('/').slice(-2).join('/');
  try {
    const json: Json = parse(await readFile(file, 'utf8'));
    const { servers, paths, components } = document.parse(dereference(json, json));
    const [server] = servers;
    const base = server ? new URL(server.url, 'https://localhost').pathname.replace(/\/$/, '') : '';
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, found]) =>
        found ? [readOperation(base + path, z.enum(METHODS).parse(method), found)] : [],
      ),
    );
    return { json, base, schemas: components.schemas, operations };
  } catch (error) {
    const reason = error instanceof z.ZodError ? `at ${error.issues[0]?.path.join('.')}` : 'it can not be read';
    throw new StartupError(`The OpenAPI document ${name} is broken`, `correct it (${reason})`);
  }
}

function readOperation(
  path: string,
  method: OpenApiOperation['method'],
  found: z.output<typeof operation>,
): OpenApiOperation {
  const status = Object.keys(found.responses).find((code) => code.startsWith('2')) ?? '200';
  return {
    id: found.operationId,
    method,
    route: path.replaceAll(/\{([^}]+)\}/g, ':$1'),
    parameters: found.parameters,
    body: found.requestBody?.content['application/json'].schema,
    status: Number(status),
    answer: answer.safeParse(found.responses[status]).data?.content['application/json'].schema,
  };
}

/** Replaces each `$ref` by what it points to. Schemas that hold themselves aren't followed for ever: they are refused. */
function dereference(value: unknown, root: Json, depth = 0): unknown {
  if (depth > 100) throw new Error('a schema that holds itself');
  if (Array.isArray(value)) return value.map((item) => dereference(item, root, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value && typeof value.$ref === 'string') return dereference(resolve(value.$ref, root), root, depth + 1);
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => [member, dereference(inner, root, depth + 1)]),
  );
}

function resolve(reference: string, root: Json): unknown {
  if (!reference.startsWith('#/')) throw new Error('a reference to another document');
  let found: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const member = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, member)) throw new Error('no such part');
    found = Reflect.get(found, member);
  }
  return found;
}
