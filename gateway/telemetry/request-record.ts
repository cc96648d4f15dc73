/** What is remembered of one request for log, metrics and audit: no variables, no tokens, no values. */
import type { Principal } from '../authentication/principal.ts';

export interface RequestRecord {
  readonly id: string;
  readonly startedAt: number;
  principal: Principal | undefined;
  /** The client's name for the operation: a GraphQL name, so at most letters, digits and `_`. */
  operationName: string | undefined;
  operationKind: string | undefined;
  /** SHA-256 of the document's text. */
  operationHash: string | undefined;
  prunedPaths: number;
  readonly codes: string[];
}

export function startRecord(id: string): RequestRecord {
  return {
    id,
    startedAt: Date.now(),
    principal: undefined,
    operationName: undefined,
    operationKind: undefined,
    operationHash: undefined,
    prunedPaths: 0,
    codes: [],
  };
}

/** The line of the log. */
export function describeRecord(record: RequestRecord, status: number): Readonly<Record<string, unknown>> {
  return {
    requestId: record.id,
    status,
    milliseconds: Date.now() - record.startedAt,
    tenant: record.principal?.tenant,
    client: record.principal?.client,
    operation: record.operationName?.slice(0, 100),
    kind: record.operationKind,
    hash: record.operationHash,
    pruned: record.prunedPaths,
    codes: [...new Set(record.codes)],
  };
}
