/** A person's columns under the directory's envelope key, each bound to its column, company and row. */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';

export type PersonalColumn = 'name' | 'email' | 'phone';

export interface ClearPerson {
  readonly key: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
}

/** Opens a sealed column. @throws {Error} when it was moved there from another row, column or company, or altered. */
export function openColumn(
  envelope: Envelope,
  { tenant, key }: { readonly tenant: TenantId; readonly key: string },
  column: PersonalColumn,
  sealed: string,
): Promise<string> {
  return envelope.open(sealed, personPlace(column, tenant, key));
}

/** The row of a person. */
export async function sealPerson(envelope: Envelope, tenant: TenantId, { key, ...clear }: ClearPerson) {
  const seal = async (column: PersonalColumn): Promise<string | null> => {
    const value = clear[column];
    return value === null ? null : envelope.seal(value, personPlace(column, tenant, key));
  };
  const [name, email, phone] = await Promise.all([seal('name'), seal('email'), seal('phone')]);
  return { tenant, key, sealed_name: name, sealed_email: email, sealed_phone: phone };
}

export function personPlace(column: PersonalColumn, tenant: TenantId, key: string): string {
  return `person.${column}:${tenant}:${key}`;
}
