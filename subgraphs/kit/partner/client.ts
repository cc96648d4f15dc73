/**
 * Calls of one request to one partner, for one company. The way of a call:
 *
 * 1. address: path, query and headers, as the partner's OpenAPI document has them;
 * 2. send, within the contract's limits and the request's deadline, with the company's own token, which is there before the
 *    request's turn comes, so that nothing lies between the count and the wire;
 * 3. read the answer: status, errors that hide in a 200, JSON without `__proto__`;
 * 4. drop other companies' records;
 * 5. parse by the caller's schema.
 *
 * Whatever goes wrong on the way comes out as a `PartnerError`.
 */
import type { z } from 'zod';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import type { TenantId } from '../tenancy/ids.ts';
import { readAnswer } from './answer.ts';
import type { Contract } from './contract.ts';
import type { Credentials } from './credentials.ts';
import { dropForeign } from './foreign-records.ts';
import { measured } from './measured-exchange.ts';
import type { PartnerMetrics } from './metrics.ts';
import type { CallOptions, Method, OperationOf, PathsOf } from './openapi-operations.ts';
import { PartnerError, placeOf } from './partner-error.ts';
import type { PayloadEncryption } from './payload-encryption.ts';
import { parsePersonalValue } from './personal-value.ts';
import { requestPath } from './request-path.ts';
import type { InTurn, Resilience } from './resilience.ts';
import { type Answer, type Transport, violation } from './transport.ts';
import type { NoteEnd } from './versions/ends.ts';

/** What a call has to know of the request that it is made for. */
export interface PartnerRequest extends Pick<SubgraphRequest, 'requestId' | 'deadline' | 'signal' | 'log'> {
  /** Nobody waits for what comes of it: it comes after what somebody waits for. */
  readonly isBackground?: boolean;
  /** false: what fails isn't repeated, as something else is done instead. */
  readonly isRepeated?: boolean;
}

export interface PartnerClient<Paths> {
  readonly tenant: TenantId;
  /**
   * One call, typed by the partner's OpenAPI document.
   *
   * @returns the answer as `schema` parsed it, without other companies' records
   * @throws {PartnerError} with the code that a client of the graph gets, too
   *
   * @example
   * const page = await client.call('get', '/v1/devices', { query: { residence: keys }, schema: devicePage });
   */
  call<Verb extends Method, Path extends PathsOf<Paths, Verb>, Schema extends z.ZodType>(
    method: Verb,
    path: Path,
    options: CallOptions<OperationOf<Paths, Verb, Path>, Schema>,
  ): Promise<z.output<Schema>>;
  /** Divides keys into batches that the contract allows for `resource`. */
  inBatches<Key>(resource: string, keys: readonly Key[]): readonly (readonly Key[])[];
  /** Opens a personal value that was encrypted for this company, and parses the JSON in it. @throws {PartnerError} */
  open<Schema extends z.ZodType>(jwe: string, place: string, schema: Schema): Promise<z.output<Schema>>;
  /** Opens a personal value that is a text. @throws {PartnerError} */
  decrypt(jwe: string, place: string): Promise<string>;
  /** Encrypts a personal value for the partner. @throws {PartnerError} */
  encrypt(plaintext: string): Promise<string>;
}

/** What belongs to one company alone: nothing in it can speak for another. */
export interface CompanyAccess {
  readonly tenant: TenantId;
  readonly credentials: Credentials;
  readonly encryption: PayloadEncryption | undefined;
}

/** The connection to one version of a partner. */
export interface PartnerConnection {
  readonly contract: Contract;
  readonly version: string;
  readonly basePath: string;
  /** Takes down what an answer says about the end of the version. */
  readonly noteEnd: NoteEnd;
  readonly transport: Transport;
  readonly resilience: Resilience;
  readonly metrics: PartnerMetrics;
}

interface Call {
  readonly path?: unknown;
  readonly query?: unknown;
  readonly header?: unknown;
  readonly body?: unknown;
  readonly schema: z.ZodType;
}

export function createPartnerClient<Paths>(
  connection: PartnerConnection,
  access: CompanyAccess,
  request: PartnerRequest,
): PartnerClient<Paths> {
  const { contract, version, resilience, metrics } = connection;
  const { partner } = contract;
  const { tenant, encryption } = access;
  const { isBackground = false, isRepeated = true } = request;
  const timeLeft = request.deadline - Date.now();
  const isOver = timeLeft > 0 ? AbortSignal.timeout(timeLeft) : AbortSignal.abort();
  const signal = AbortSignal.any([request.signal, isOver]);

  function call<Verb extends Method, Path extends PathsOf<Paths, Verb>, Schema extends z.ZodType>(
    method: Verb,
    path: Path,
    options: CallOptions<OperationOf<Paths, Verb, Path>, Schema>,
  ): Promise<z.output<Schema>>;
  async function call(method: Method, template: string, options: Call): Promise<unknown> {
    const operation = `${method.toUpperCase()} ${template}`;
    const stopTimer = metrics.duration.startTimer({ partner, operation });
    try {
      const path = connection.basePath + requestPath(partner, template, options.path, options.query);
      const headers = { ...stringMembers(options.header), 'x-request-id': request.requestId };
      const isIdempotent = isRepeated && isRepeatable(method, template, headers, contract);
      const answer = await resilience.run({ company: tenant, isBackground, isIdempotent, signal }, (inTurn) =>
        sendAuthorized(connection, access, inTurn, {
          method,
          path,
          headers,
          body: options.body,
          signal,
          log: request.log,
        }),
      );
      const parsed = options.schema.safeParse(withoutForeign(answer, operation));
      if (!parsed.success) throw violation(partner, placeOf(parsed.error.issues[0]?.path ?? []));
      metrics.requests.inc({ partner, version, operation, outcome: 'ok' });
      return parsed.data;
    } catch (error) {
      const code = error instanceof PartnerError ? error.code : 'INTERNAL_SERVER_ERROR';
      const detail = error instanceof PartnerError ? error.detail : undefined;
      metrics.requests.inc({ partner, version, operation, outcome: code });
      request.log.warn({ partner, version, operation, company: tenant, outcome: code, detail }, 'partner call failed');
      throw error;
    } finally {
      stopTimer();
    }
  }

  function withoutForeign(received: unknown, operation: string): unknown {
    const { answer, dropped } = own(received);
    if (dropped > 0) {
      metrics.foreignRecords.inc({ partner }, dropped);
      request.log.error({ partner, operation, company: tenant, dropped }, 'partner answered with foreign records');
    }
    if (dropped > 0 && answer === undefined) throw violation(partner, 'companyId');
    return answer;
  }

  function own(received: unknown): ReturnType<typeof dropForeign> {
    try {
      return dropForeign(received, tenant);
    } catch {
      throw violation(partner, 'its depth');
    }
  }

  function agreedEncryption(place?: string): PayloadEncryption {
    if (!encryption) throw new TypeError(`the contract with ${partner} has no encryption`);
    if (place !== undefined && !Object.hasOwn(contract.encryption?.fields ?? {}, place)) {
      throw new TypeError(`the contract with ${partner} lets it process no ${place}`);
    }
    return encryption;
  }

  return {
    tenant,
    call,
    inBatches: (resource, keys) => {
      const size = contract.limits.batches[resource];
      if (size === undefined) throw new TypeError(`the contract with ${partner} has no batch size for ${resource}`);
      return Array.from({ length: Math.ceil(keys.length / size) }, (_, index) =>
        keys.slice(index * size, (index + 1) * size),
      );
    },
    open: async (jwe, place, schema) =>
      parsePersonalValue(partner, place, await agreedEncryption(place).decrypt(jwe, place), schema),
    decrypt: async (jwe, place) => await agreedEncryption(place).decrypt(jwe, place),
    encrypt: async (plaintext) => await agreedEncryption().encrypt(plaintext, signal),
  };
}

interface OutgoingRequest {
  readonly method: Method;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal: AbortSignal;
  readonly log: PartnerRequest['log'];
}

/** Sends with the company's token; a token that the partner has forgotten before its time is renewed once. */
async function sendAuthorized(
  { contract, transport, metrics, noteEnd }: PartnerConnection,
  { credentials, tenant }: CompanyAccess,
  inTurn: InTurn,
  { method, path, headers, body, signal, log }: OutgoingRequest,
): Promise<unknown> {
  const send = async (authorization: string): Promise<Answer> => {
    const answer = await inTurn(() =>
      measured(metrics, { partner: contract.partner, company: tenant }, () =>
        transport.send({
          method: METHODS[method],
          path,
          headers: { ...headers, authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          body: body === undefined ? undefined : JSON.stringify(body),
          signal,
        }),
      ),
    );
    noteEnd(answer, log);
    return answer;
  };
  const authorization = await credentials.authorization(signal);
  const answer = await send(authorization);
  if (answer.status !== 401) return readAnswer(answer, contract);
  credentials.forget(authorization);
  return readAnswer(await send(await credentials.authorization(signal)), contract);
}

const METHODS = { get: 'GET', put: 'PUT', post: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;

/** Whether doing it twice comes to the same as doing it once (RFC 9110, section 9.2.2). */
function isRepeatable(
  method: Method,
  path: string,
  headers: Readonly<Record<string, string>>,
  { retries }: Contract,
): boolean {
  if (method !== 'post' && method !== 'patch') return true;
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'idempotency-key')) return true;
  return retries.querySuffix !== undefined && path.endsWith(retries.querySuffix);
}

function stringMembers(record: unknown): Record<string, string> {
  if (typeof record !== 'object' || record === null) return {};
  const entries = Object.entries(record).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
