/** A partner's HTTP answer → its JSON, or the `PartnerError` that it amounts to. */
import { parse as parseWithoutPrototype } from 'secure-json-parse';
import { z } from 'zod';
import type { Contract } from './contract.ts';
import { PartnerError, type PartnerErrorCode } from './partner-error.ts';
import { type Answer, violation } from './transport.ts';

/**
 * @returns the parsed JSON, `__proto__` and `constructor.prototype` left out; undefined for an empty answer
 * @throws {PartnerError} for a status of 400 and more, an error inside a 200, and what isn't JSON; for an empty list where
 * the contract says so
 */
export function readAnswer(answer: Answer, contract: Contract): unknown {
  if (answer.status >= 400) throw refusal(answer, contract);
  if (answer.status === 204 || answer.text === '') return undefined;
  const json = parseJson(answer);
  if (json === NOT_JSON) throw violation(contract.partner, 'the answer', 'not JSON');
  const { emptyList } = contract.errors;
  if (emptyList && Array.isArray(json) && json.length === 0) {
    throw errorOf(emptyList, undefined, 'an empty list', contract);
  }
  const inside = errorInside(json, contract);
  if (inside) throw errorOf(inside.code, inside.reason, `error inside ${answer.status}`, contract);
  return json;
}

const NOT_JSON = Symbol('not JSON');

function parseJson({ text, contentType }: Answer): unknown {
  if (!/^application\/(?:[a-z0-9.-]+\+)?json\b/i.test(contentType)) return NOT_JSON;
  try {
    return parseWithoutPrototype(text, null, { protoAction: 'remove', constructorAction: 'remove' });
  } catch {
    return NOT_JSON;
  }
}

/** The statuses' usual meaning, unless the contract knows the partner's own use of the status or its error code. */
function refusal(answer: Answer, contract: Contract): PartnerError {
  const { status } = answer;
  const reason = codeOf(parseJson(answer), contract);
  const agreed = agreedCode(reason, contract) ?? contract.errors.statuses[String(status)];
  const retryAfterMilliseconds = parseRetryAfter(answer.retryAfter);
  return errorOf(agreed ?? usualCode(status), reason, `status ${status}`, contract, retryAfterMilliseconds);
}

function usualCode(status: number): PartnerErrorCode {
  if (status === 429) return 'PARTNER_RATE_LIMITED';
  if (status === 408 || status === 504) return 'PARTNER_TIMEOUT';
  return status >= 500 ? 'PARTNER_UNAVAILABLE' : 'PARTNER_REJECTED';
}

function errorInside(
  json: unknown,
  contract: Contract,
): { readonly code: PartnerErrorCode; readonly reason: string | undefined } | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { member } = contract.errors;
  const inside: unknown = Object.hasOwn(json, member) ? Reflect.get(json, member) : undefined;
  if (inside === undefined || inside === null || inside === false) return undefined;
  const reason = codeOf(inside, contract);
  return { code: agreedCode(reason, contract) ?? 'PARTNER_REJECTED', reason };
}

function agreedCode(reason: string | undefined, { errors }: Contract): PartnerErrorCode | undefined {
  return reason === undefined ? undefined : errors.codes[reason];
}

/** A bare code, a `code` member, or the `type` of a problem (RFC 9457). */
const problem = z.union([
  z.string(),
  z.object({ code: z.string() }).transform(({ code }) => code),
  z.object({ type: z.string() }).transform(({ type }) => type),
]);

/** The partner's error code, if its contract lists it: anything else it says may hold what nobody should read. */
function codeOf(body: unknown, contract: Contract): string | undefined {
  const code = problem.safeParse(body).data;
  return code !== undefined && Object.hasOwn(contract.errors.codes, code) ? code : undefined;
}

function errorOf(
  code: PartnerErrorCode,
  reason: string | undefined,
  detail: string,
  { partner }: Contract,
  retryAfterMilliseconds?: number,
): PartnerError {
  const isOutage = code === 'PARTNER_UNAVAILABLE' || code === 'PARTNER_TIMEOUT';
  return new PartnerError(partner, code, {
    detail,
    reason,
    retryAfterMilliseconds,
    isOutage,
    mayHaveTakenEffect: isOutage || code === 'PARTNER_CONTRACT_VIOLATION',
  });
}

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3). */
function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
