/**
 * What of a company's rows a principal may see, as conditions of SQL: what is out of reach isn't read in the first place.
 */
import { type ResidenceKey, residenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { type Principal, reach } from '@commonhold/kit/tenancy/principal.ts';
import { type RawBuilder, sql } from 'kysely';

/** The residences on which something may be done; `'company'`: all of the company's. */
export type Reach = 'company' | ReadonlySet<ResidenceKey>;

export interface Visibility {
  readonly subject: string | undefined;
  readonly residences: Reach;
  readonly properties: Reach;
  readonly people: Reach;
  readonly consents: Reach;
  /** Grants belong to no residence: they are seen company-wide or not at all. */
  readonly seesGrants: boolean;
}

export function visibilityOf(principal: Principal): Visibility {
  return {
    subject: principal.subject,
    residences: reach(principal, ['residence:read']),
    properties: reach(principal, ['property:read']),
    people: reach(principal, ['person:read']),
    consents: reach(principal, ['consent:read']),
    seesGrants: reach(principal, ['grant:read']) === 'company',
  };
}

/** Whether a row's residence is in reach. @param column such as `residence.key` */
export function isInReach(column: string, residences: Reach): RawBuilder<boolean> {
  return residences === 'company' ? sql`true` : isOneOf(column, [...residences]);
}

/** Whether a row's `column` is one of `values`, of which there may be none. */
export function isOneOf(column: string, values: readonly string[]): RawBuilder<boolean> {
  return sql`${sql.ref(column)} = any(${[...values]}::text[])`;
}

/** Those of `residences` that are in reach. */
export function within(residences: Reach, keys: readonly string[]): readonly ResidenceKey[] {
  const own = keys.map(residenceKey);
  return residences === 'company' ? own : own.filter((key) => residences.has(key));
}
