/**
 * Types that tie a call to the partner's OpenAPI document, by what `openapi-typescript` made of it: which paths a
 * method has, what an operation takes, and what it answers.
 */
import type { z } from 'zod';

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** Paths of the document that have an operation for this method. */
export type PathsOf<Paths, Verb extends Method> = {
  [Path in keyof Paths]: Paths[Path] extends Record<Verb, object> ? Path : never;
}[keyof Paths] &
  string;

export type OperationOf<Paths, Verb extends Method, Path extends keyof Paths> =
  Paths[Path] extends Record<Verb, infer Operation extends object> ? Operation : never;

/** The operation's own `path`, `query` and `header` parameters, required where the document requires them. */
type ParametersOf<Operation> = Operation extends { parameters: infer Parameters }
  ? Pick<Parameters, Extract<keyof Parameters, 'path' | 'query' | 'header'>>
  : object;

type JsonOf<Content> = Content extends { content: { 'application/json': infer Json } } ? Json : never;

type BodyOf<Operation> = Operation extends { requestBody: infer Body extends object }
  ? { readonly body: JsonOf<Body> }
  : { readonly body?: never };

/** The JSON of every 2xx answer that the document promises. */
export type AnswerOf<Operation> = Operation extends { responses: infer Responses }
  ? { [Status in Extract<keyof Responses, 200 | 201 | 202>]: JsonOf<Responses[Status]> }[Extract<
      keyof Responses,
      200 | 201 | 202
    >]
  : never;

/**
 * Demands of a schema that it accepts whatever the document promises. When the document promises something else than
 * the schema takes in, the call does not compile, and the compiler shows both sides.
 */
export type AcceptsAnswer<Operation, Schema extends z.ZodType> =
  AnswerOf<Operation> extends z.input<Schema>
    ? unknown
    : { readonly promised: AnswerOf<Operation>; readonly accepted: z.input<Schema> };

export type CallOptions<Operation, Schema extends z.ZodType> = ParametersOf<Operation> &
  BodyOf<Operation> & { readonly schema: Schema & AcceptsAnswer<Operation, Schema> };
