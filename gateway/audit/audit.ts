/**
 * The last stage of a request: taking note of who was let through to which personal data, and who changed what.
 *
 * Nothing of what was read or written is noted, only the names of fields.
 */
import type { DocumentNode, GraphQLError } from 'graphql';
import type { AskedOperation } from '../asked-operation.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { AccessRecord } from './access-record.ts';
import type { ObservePersonalAccess } from './personal-access.ts';

export interface AuditedOperation {
  readonly record: RequestRecord;
  readonly incoming: AskedOperation;
  /** What was executed; undefined: nothing. */
  readonly allowed: DocumentNode | undefined;
  readonly errors: readonly GraphQLError[];
}

export type Audit = (operation: AuditedOperation) => void;

/** Where nobody can be known by name there is nothing to note. */
export const noAudit: Audit = () => undefined;

export function createAudit(observe: ObservePersonalAccess, accessRecord: AccessRecord): Audit {
  return ({ record: { id, principal }, incoming, allowed, errors }) => {
    const access = principal && observe(incoming.document, allowed, incoming.operationName ?? undefined);
    if (!access) return;
    const codes = errors.flatMap(({ extensions }) =>
      typeof extensions['code'] === 'string' ? extensions['code'] : [],
    );
    accessRecord.append({
      at: new Date().toISOString(),
      requestId: id,
      tenant: principal.tenant,
      subject: principal.subject,
      client: principal.client,
      tokenId: principal.tokenId,
      operationHash: incoming.queryHash,
      ...access,
      codes: [...new Set(codes)].sort(),
    });
  };
}
