/** Checks requests against the partner's OpenAPI document, as strictly as a partner would: bodies are not coerced. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { OpenApiOperation } from './openapi-document.ts';
import { Problem } from './problem.ts';

export interface RequestParts {
  readonly path: unknown;
  readonly query: unknown;
  readonly header: unknown;
  readonly body: unknown;
}

// Of all operations, since each instance compiles the specification's own schema.
const exact = ajvFormats.default(new Ajv2020({ strict: false, useDefaults: true }));
const lenient = ajvFormats.default(new Ajv2020({ strict: false, useDefaults: true, coerceTypes: 'array' }));

/** @returns a function that throws a `Problem`: 413 for too many items, 422 for anything else, naming the place */
export function createRequestValidator(operation: OpenApiOperation): (parts: RequestParts) => void {
  const validators = {
    path: lenient.compile(parametersSchema(operation, 'path')),
    query: lenient.compile({ ...parametersSchema(operation, 'query'), additionalProperties: false }),
    header: lenient.compile(parametersSchema(operation, 'header')),
    body: exact.compile(operation.body ?? {}),
  };
  return (parts) => {
    check(validators.path, parts.path);
    check(validators.query, parts.query);
    check(validators.header, parts.header);
    check(validators.body, operation.body ? (parts.body ?? null) : {});
  };
}

function parametersSchema({ parameters }: OpenApiOperation, place: 'path' | 'query' | 'header'): object {
  const here = parameters
    .filter((parameter) => parameter.in === place)
    // HTTP's header names have no case; Node gives them in small letters.
    .map((parameter) => ({ ...parameter, name: place === 'header' ? parameter.name.toLowerCase() : parameter.name }));
  return {
    type: 'object',
    properties: Object.fromEntries(here.map(({ name, schema }) => [name, schema])),
    required: here.filter(({ required }) => required).map(({ name }) => name),
  };
}

function check(validate: ValidateFunction, value: unknown): void {
  if (validate(value)) return;
  const [error] = validate.errors ?? [];
  if (error?.keyword === 'maxItems') throw new Problem(413, 'too-many-items', 'More items than a batch may have');
  throw new Problem(422, 'not-valid', `The request is not valid at ${error?.instancePath || '/'}: ${error?.keyword}`);
}
