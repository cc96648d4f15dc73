/**
 * Ids and cursors as somebody of one company may send them: their own, the other company's, made-up ones, and what is
 * no id at all. What isn't theirs comes with one of the own company that doesn't exist.
 */
import type { Persona } from '@commonhold/development/personas.ts';
import { encodeCursor } from '@commonhold/kit/paging.ts';
import { encodeId, type TypedId } from '@commonhold/kit/tenancy/ids.ts';
import type { Choices } from './choices.ts';
import { type Estate, FREE_PLACES, residenceAt } from './estates.ts';

/** A text that names nothing of the principal's, and one of the own company in its stead that names nothing either. */
export interface Stranger {
  readonly text: string;
  readonly absent: string;
  /** A key of the other company's, in an id of the own: a partner may be asked for it, for the own company. */
  readonly borrowedKey?: string;
}

export type Drawn = { readonly text: string; readonly absent?: undefined } | Stranger;

export interface IdSource {
  /** @param isOrder own ids are then only of what a test may change */
  id(choices: Choices, type: string, isOrder: boolean): Drawn;
  /** An id of the other company's, and in its stead none at all. */
  foreignId(choices: Choices, type: string): Stranger;
  cursor(choices: Choices): Drawn;
}

/** Ends of pages by company. */
export type Cursors = ReadonlyMap<string, readonly string[]>;

export function createIdSource(persona: Persona, own: Estate, other: Estate, cursors: Cursors): IdSource {
  const { tenant } = own;
  const free = new Set(FREE_PLACES.map((place) => residenceAt(tenant, place)));
  const isInReach = ({ residence }: TypedId): boolean =>
    residence === undefined || persona.residences === undefined || persona.residences.includes(residence);
  const isFree = ({ residence }: TypedId): boolean => residence !== undefined && free.has(residence);

  const idsOf = (estate: Estate, type: string): readonly TypedId[] => {
    const known = estate.ids.get(type);
    if (!known || known.length === 0) throw new TypeError(`no ${type} is known in ${estate.tenant}`);
    return known;
  };

  const absentOf = (type: string, number: number): string => {
    const isInResidence = idsOf(own, type).some(({ residence }) => residence !== undefined);
    const residence = isInResidence ? residenceAt(tenant, `p99-r${number}`) : undefined;
    return encodeId({ tenant, type, residence, key: type === 'Residence' && residence ? residence : `none-${number}` });
  };

  const strangerOf = (choices: Choices, type: string): Stranger => {
    const absent = absentOf(type, 10 + choices.below(80));
    const foreign = choices.of(idsOf(other, type));
    const unreached = idsOf(own, type).filter((id) => !isInReach(id));
    const borrowed = { ...foreign, tenant, residence: foreign.residence && residenceAt(tenant, 'p01-r01') };
    const kind = choices.below(20);
    if (kind < 10) return { text: encodeId(foreign), absent };
    if (kind < 13) return { text: encodeId({ ...foreign, tenant }), absent, borrowedKey: foreign.key };
    if (kind < 15 && type !== 'Residence') return { text: encodeId(borrowed), absent, borrowedKey: foreign.key };
    if (kind < 17 && unreached.length > 0) return { text: encodeId(choices.of(unreached)), absent };
    if (kind < 18) return { text: absentOf(type, 99), absent };
    return { text: choices.of(noIds(foreign, type)), absent };
  };

  return {
    id: (choices, type, isOrder) => {
      const named = idsOf(own, type).filter((id) => isInReach(id) && (!isOrder || isFree(id)));
      return named.length > 0 && !choices.chance(45)
        ? { text: encodeId(choices.of(named)) }
        : strangerOf(choices, type);
    },
    foreignId: (choices, type) => ({ text: encodeId(choices.of(idsOf(other, type))), absent: '' }),
    cursor: (choices) => {
      const ofCompany = (company: string): string => choices.of(cursors.get(company) ?? []);
      if (!choices.chance(60)) return { text: ofCompany(tenant) };
      const absent = encodeCursor('none', { tenant, list: 'Query.nowhere' });
      return { text: choices.of([ofCompany(other.tenant), 'x', '', '__proto__']), absent };
    },
  };
}

function noIds(foreign: TypedId, type: string): readonly string[] {
  const id = encodeId(foreign);
  const otherType = encodeId({ ...foreign, type: type === 'Residence' ? 'Property' : 'Residence' });
  const unencoded = `${foreign.tenant}/${type}/${foreign.residence ?? ''}/${foreign.key}`;
  const escaping = Buffer.from(`${foreign.tenant}/${type}/../${foreign.key}`).toString('base64url');
  return ['', 'x', '__proto__', `${id}=`, id.slice(0, -3), otherType, unencoded, escaping, 'A'.repeat(600)];
}
