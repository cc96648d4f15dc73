/** The calls that a sandbox partner received, for tests that count them. The oldest make room. */
import type { FastifyRequest } from 'fastify';

export interface RecordedCall {
  readonly requestId: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  /** Company of the access token; undefined: there was none. */
  readonly company: string | undefined;
  /** Residences and ids that were asked for: every text in path, query and body. */
  readonly asked: readonly string[];
}

export interface CallLog {
  record(call: RecordedCall): void;
  /** All calls, or those with this `x-request-id`. */
  list(requestId: string | undefined): readonly RecordedCall[];
  clear(): void;
}

const GREATEST_LENGTH = 10_000;

export function createCallLog(): CallLog {
  let calls: RecordedCall[] = [];
  return {
    record: (call) => {
      if (calls.length >= GREATEST_LENGTH) calls = calls.slice(GREATEST_LENGTH / 2);
      calls.push(call);
    },
    list: (requestId) => (requestId === undefined ? calls : calls.filter((call) => call.requestId === requestId)),
    clear: () => {
      calls = [];
    },
  };
}

/** Every text in a value, however deep. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** What the log says of a request itself. */
export function describeRequest(
  request: FastifyRequest,
  operation: string,
): Pick<RecordedCall, 'requestId' | 'method' | 'path' | 'operation'> {
  const requestId = request.headers['x-request-id'];
  return {
    requestId: typeof requestId === 'string' ? requestId : undefined,
    method: request.method,
    path: request.url,
    operation,
  };
}
