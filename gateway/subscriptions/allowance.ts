/** How many subscriptions one principal and one company may have open. */
import { HeaderMap } from '@apollo/server';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError } from 'graphql';
import type { Principal } from '../authentication/principal.ts';

export interface SubscriptionLimits {
  readonly perPrincipal: number;
  readonly perCompany: number;
  /** Events that wait for one subscriber. */
  readonly waiting: number;
}

/** @returns gives it back @throws {GraphQLError} `RATE_LIMITED` */
export type Allow = (principal: Principal) => () => void;

export function createAllowance({ perPrincipal, perCompany }: SubscriptionLimits): Allow {
  const open = new Map<string, number>();
  const count = (key: string, by: number): void => {
    const left = (open.get(key) ?? 0) + by;
    if (left === 0) open.delete(key);
    else open.set(key, left);
  };
  return ({ tenant, subject }) => {
    const own = JSON.stringify([tenant, subject]);
    if ((open.get(own) ?? 0) >= perPrincipal || (open.get(tenant) ?? 0) >= perCompany) throw tooMany();
    count(own, 1);
    count(tenant, 1);
    return () => {
      count(own, -1);
      count(tenant, -1);
    };
  };
}

function tooMany(): GraphQLError {
  const code: ErrorCode = 'RATE_LIMITED';
  return new GraphQLError('There are too many open subscriptions. End one first.', {
    extensions: { code, http: { status: 429, headers: new HeaderMap([['retry-after', '10']]) } },
  });
}
