/** Buildings and residences that an order names. */
import { badUserInput } from '@commonhold/kit/errors.ts';
import type { TypedId } from '@commonhold/kit/tenancy/ids.ts';
import { ownId, type Principal } from '@commonhold/kit/tenancy/principal.ts';

/**
 * @returns none when none are named; undefined: one of them is no such id of the principal's company
 * @throws {GraphQLError} BAD_USER_INPUT naming the field
 */
export function places(
  principal: Principal,
  values: readonly string[] | null | undefined,
  field: 'properties' | 'residences',
  most: number,
): readonly TypedId[] | undefined {
  if (!values) return [];
  if (values.length < 1 || values.length > most) throw badUserInput(`input.${field}`, `has to name 1 to ${most}`);
  const type = field === 'properties' ? 'Property' : 'Residence';
  const ids = values.map((value) => ownId(principal, value, [type], []));
  return ids.every((id) => id !== undefined) ? ids : undefined;
}
