/** What a sandbox partner's handlers take and give, typed by what `openapi-typescript` made of its document. */

/** One call, as a handler gets it: authenticated, and valid by the OpenAPI document. */
export interface SandboxCall<Operation> {
  /** Key of the company that the access token is for. */
  readonly company: string;
  /** Whose records to answer with: `company`, and all others, too, under the fault `foreign-record`. */
  readonly companies: readonly string[];
  readonly path: PartOf<Operation, 'path'>;
  readonly query: PartOf<Operation, 'query'>;
  readonly body: BodyOf<Operation>;
  /** What came as `Idempotency-Key`. */
  readonly idempotencyKey: string | undefined;
  /**
   * Carries out an order once for a company, operation and key, in whichever versions of the API it comes.
   *
   * @param order what was ordered, the same however it is said; with another one the key is refused
   */
  once<Result>(order: object, work: () => Promise<Result>): Promise<Result>;
  /** Encrypts a personal value for the company. */
  encrypt(plaintext: string): Promise<string>;
  /** Opens a personal value that the company encrypted for the partner. @throws {Problem} 422 */
  decrypt(jwe: string): Promise<string>;
}

/** A handler for each operation: it returns the JSON of the document's first 2xx answer, or throws a `Problem`. */
export type SandboxHandlers<Operations> = {
  readonly [Id in keyof Operations]: (
    call: SandboxCall<Operations[Id]>,
  ) => SuccessOf<Operations[Id]> | Promise<SuccessOf<Operations[Id]>>;
};

type PartOf<Operation, Part extends 'path' | 'query'> = Operation extends { parameters: { [In in Part]: infer Values } }
  ? Values
  : Operation extends { parameters: { [In in Part]?: infer Values } }
    ? NonNullable<Values>
    : Record<never, never>;
type BodyOf<Operation> = Operation extends { requestBody: { content: { 'application/json': infer Body } } }
  ? Body
  : undefined;
type JsonOf<Response> = Response extends { content: { 'application/json': infer Json } } ? Json : undefined;
type SuccessOf<Operation> = Operation extends { responses: infer Responses }
  ? { [Status in Extract<keyof Responses, 200 | 201 | 202 | 204>]: JsonOf<Responses[Status]> }[Extract<
      keyof Responses,
      200 | 201 | 202 | 204
    >]
  : never;

/** A call whose parts are valid by the document, which is what makes them of the handler's types. */
export type ValidCall = Pick<
  SandboxCall<unknown>,
  'company' | 'companies' | 'idempotencyKey' | 'once' | 'encrypt' | 'decrypt'
> &
  Readonly<Record<'path' | 'query' | 'body', unknown>>;

/** The handler of an operation by its id; undefined: there is none. */
export function handlerFor(handlers: object, id: string): ((call: ValidCall) => unknown) | undefined {
  const handler: unknown = Object.hasOwn(handlers, id) ? Reflect.get(handlers, id) : undefined;
  return typeof handler === 'function' ? (call) => Reflect.apply(handler, handlers, [call]) : undefined;
}
