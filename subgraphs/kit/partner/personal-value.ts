/** What stands in a personal value once it is opened: JSON of an agreed form. */
import type { z } from 'zod';
import { placeOf } from './partner-error.ts';
import { violation } from './transport.ts';

/**
 * @param place the value's name for the error, such as `Account.personal`
 * @throws {PartnerError} PARTNER_CONTRACT_VIOLATION with the place inside, and never what stands there
 *
 * @example
 * parsePersonalValue('communal', 'Account.personal', '{"balance":7}', accountPersonal);
 * // throws: … at Account.personal.balance
 */
export function parsePersonalValue<Schema extends z.ZodType>(
  partner: string,
  place: string,
  text: string,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw violation(partner, issue && issue.path.length > 0 ? `${place}.${placeOf(issue.path)}` : place);
}

/** undefined for what isn't JSON, which no agreed form accepts. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
