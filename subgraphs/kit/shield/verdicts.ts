/**
 * Rights → which fields they suffice for, decided once for all fields of a schema.
 *
 * 1. What fields ask is sorted into classes: fields that ask the same are of one class, and a schema has few.
 * 2. Rights are held against each class once. What comes out is a byte for each class, so that asking of a field is
 *    looking at a byte.
 * 3. A principal's rights are the same on all objects that the same grants reach: there is one such row for those of the
 *    company, and one for each set of grants that reach a residence.
 */
import { isSatisfied, type Requirement, type Rights } from '@commonhold/schema/requirement.ts';
import { type ResidenceKey, residenceInId, type TypedId } from '../tenancy/ids.ts';
import { type Grant, type Principal, rights, rightsOf } from '../tenancy/principal.ts';

/** At the number of a class: 1 when what its fields ask is satisfied. */
export type Verdicts = Uint8Array;

/** The class of fields that nobody may read. */
export const NEVER = 0;

export interface Classes {
  /** Its number; a new one for what nobody has asked yet. To be called while a schema is built, before `decide`. */
  of(requirements: readonly Requirement[]): number;
  decide(rights: Rights): Verdicts;
  /** Nothing may be read. */
  none(): Verdicts;
}

export function createClasses(): Classes {
  const numbers = new Map<string, number>();
  const classes: (readonly Requirement[])[] = [[]];
  return {
    of: (requirements) => {
      if (requirements.length === 0) return NEVER;
      const name = JSON.stringify(requirements);
      const number = numbers.get(name) ?? classes.push(requirements) - 1;
      numbers.set(name, number);
      return number;
    },
    decide: (held) =>
      Uint8Array.from(classes, (requirements, number) => (number !== NEVER && isSatisfied(held, requirements) ? 1 : 0)),
    none: () => new Uint8Array(classes.length),
  };
}

/** What one principal may read. */
export interface PrincipalVerdicts {
  /** Of what belongs to the company as a whole. */
  readonly company: Verdicts;
  /** Of what belongs to a residence. */
  on(residence: ResidenceKey): Verdicts;
  /** Of the object of an id; undefined: it is another company's. */
  ofId(id: TypedId): Verdicts | undefined;
  /** Of the object that carries this id; undefined: it is no id, or one of another company or another type. */
  ofObject(id: unknown, idType: string): Verdicts | undefined;
}

/** Each principal is decided once: a gateway's token that comes again brings the principal of before. */
export function createVerdicts(classes: Classes): (principal: Principal) => PrincipalVerdicts {
  const decided = new WeakMap<Principal, PrincipalVerdicts>();
  return (principal) => {
    const known = decided.get(principal);
    if (known) return known;
    const verdicts = decidePrincipal(principal, classes);
    decided.set(principal, verdicts);
    return verdicts;
  };
}

function decidePrincipal(principal: Principal, classes: Classes): PrincipalVerdicts {
  const company = classes.decide(rights(principal));
  const on = onResidences(principal, company, classes);
  const heads = new Map<string, string>();
  const headOf = (type: string): string => {
    const head = heads.get(type) ?? `${principal.tenant}/${type}/`;
    heads.set(type, head);
    return head;
  };
  return {
    company,
    on,
    ofId: ({ tenant, residence }) => {
      if (tenant !== principal.tenant) return undefined;
      return residence === undefined ? company : on(residence);
    },
    ofObject: (id, idType) => {
      const residence = residenceInId(id, headOf(idType));
      if (residence === undefined) return undefined;
      return residence === '' ? company : on(residence);
    },
  };
}

function onResidences(principal: Principal, company: Verdicts, classes: Classes): PrincipalVerdicts['on'] {
  const limited = principal.grants.filter(({ residences }) => residences !== undefined);
  if (limited.length === 0) return () => company;
  const companyWide = principal.grants.filter(({ residences }) => residences === undefined);
  const bySetOfGrants = new Map<string, Verdicts>();
  return (residence) => {
    let set = '';
    for (const [index, { residences }] of limited.entries()) if (residences?.has(residence)) set += `${index},`;
    const known = bySetOfGrants.get(set);
    if (known) return known;
    const reaching: readonly Grant[] = limited.filter(({ residences }) => residences?.has(residence));
    const verdicts = classes.decide(rightsOf(principal, [...companyWide, ...reaching]));
    bySetOfGrants.set(set, verdicts);
    return verdicts;
  };
}
