/**
 * Who is to be asked about an event: found by company, kind and residence, so that an event costs as much as it has
 * subscribers. Who is found may still see nothing of it: that is for the policy to say.
 */
import { decodeId } from '@commonhold/schema/ids.ts';
import type { Principal } from '../authentication/principal.ts';
import type { LiveEvent } from './event-log.ts';
import type { LiveField } from './live-fields.ts';

export interface Place {
  readonly tenant: string;
  readonly kind: LiveField['event'];
  /** Keys; undefined: the whole company. */
  readonly residences: readonly string[] | undefined;
}

export interface Audience<Member> {
  add(member: Member, place: Place): void;
  remove(member: Member, place: Place): void;
  of(event: LiveEvent): Iterable<Member>;
}

export function createAudience<Member>(): Audience<Member> {
  const members = new Map<string, Set<Member>>();
  const keysOf = ({ tenant, kind, residences = [''] }: Place): readonly string[] =>
    residences.map((residence) => keyOf(tenant, kind, residence));
  return {
    add(member, place) {
      for (const key of keysOf(place)) members.set(key, (members.get(key) ?? new Set()).add(member));
    },
    remove(member, place) {
      for (const key of keysOf(place)) {
        const found = members.get(key);
        found?.delete(member);
        if (found?.size === 0) members.delete(key);
      }
    },
    *of({ company, kind, residence = '' }) {
      yield* members.get(keyOf(company, kind, '')) ?? [];
      if (residence !== '') yield* members.get(keyOf(company, kind, residence)) ?? [];
    },
  };
}

/** @param residence id of the one that is asked for; undefined: all */
export function placeOf({ tenant, grants }: Principal, kind: LiveField['event'], residence: string | undefined): Place {
  const isCompanyWide = grants.some(({ residences }) => residences === undefined);
  const reached = new Set(grants.flatMap(({ residences }) => residences ?? []));
  if (residence === undefined) return { tenant, kind, residences: isCompanyWide ? undefined : [...reached] };
  const id = decodeId(residence);
  const isOwn = id?.type === 'Residence' && id.tenant === tenant && id.residence !== undefined;
  const residences = isOwn && id.residence && (isCompanyWide || reached.has(id.residence)) ? [id.residence] : [];
  return { tenant, kind, residences };
}

/** Whether `of` would find a member at this place. */
export function isWithin({ company, ...event }: LiveEvent, { tenant, kind, residences }: Place): boolean {
  if (company !== tenant || event.kind !== kind) return false;
  return residences === undefined || (event.residence !== undefined && residences.includes(event.residence));
}

function keyOf(tenant: string, kind: string, residence: string): string {
  return `${tenant}/${kind}/${residence}`;
}
