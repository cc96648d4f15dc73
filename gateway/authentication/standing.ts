/**
 * Whether whom an operation is carried out for may still do what it needs. It is looked at before each fetch: a right that
 * is removed while an operation is under way stops what hasn't been fetched yet.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import type { AskAccess } from './access.ts';
import { divideGrants, type Principal } from './principal.ts';

export type Standing =
  /** `principal`: with what they may do now; undefined: nobody in particular. */
  | { readonly kind: 'stands'; readonly principal: Principal | undefined }
  | { readonly kind: 'fallen'; readonly code: ErrorCode; readonly message: string };

/** @param atLeast the version of the company's access of which somebody else knows */
export type CheckStanding = (atLeast?: number) => Promise<Standing>;

export interface StandingParts {
  /** Who asked, with what they might do when the operation began. */
  readonly principal: Principal;
  readonly requestId: string;
  readonly askAccess: AskAccess;
  /** Whether the operation needs nothing but what they may do now. */
  mayGoOn(principal: Principal): boolean;
}

/** For one operation. While nothing changes, it gives the same principal again. */
export function createStandingCheck({ principal, requestId, askAccess, mayGoOn }: StandingParts): CheckStanding {
  const { tenant, subject, tokenId, session } = principal;
  const loggedInAt = principal.login.authTime;
  let last = principal;
  return async (atLeast = 0) => {
    const access = await askAccess({ tenant, subject, tokenId, session, loggedInAt, requestId, atLeast });
    if (access.kind === 'unavailable') return UNKNOWN;
    if (access.kind === 'inactive' || access.subjectKind !== principal.kind) return ENDED;
    const isBound = principal.binding !== undefined;
    const divided = divideGrants(access.grants, { kind: principal.kind, isBound });
    const held = { ...divided, isBriefingDue: access.isBriefingDue };
    const isSame =
      held.isBriefingDue === last.isBriefingDue &&
      (held.grants === last.grants || isDeepStrictEqual(held.grants, last.grants));
    if (!isSame && !mayGoOn({ ...principal, ...held })) return REMOVED;
    if (!isSame || access.version !== last.accessVersion) {
      last = { ...principal, ...held, accessVersion: access.version };
    }
    return { kind: 'stands', principal: last };
  };
}

/** For whoever showed no token, where that is allowed: there is nothing to remove. */
export const standsAnonymously: CheckStanding = async () => ({ kind: 'stands', principal: undefined });

const UNKNOWN: Standing = {
  kind: 'fallen',
  code: 'SUBGRAPH_UNAVAILABLE',
  message: 'Whether you may still see this cannot be checked at the moment.',
};

const ENDED: Standing = {
  kind: 'fallen',
  code: 'UNAUTHENTICATED',
  message: 'The access token has stopped being valid.',
};

const REMOVED: Standing = {
  kind: 'fallen',
  code: 'FORBIDDEN',
  message: 'A right that this needs was removed meanwhile.',
};
