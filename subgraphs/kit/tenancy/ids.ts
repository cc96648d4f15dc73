/**
 * Opaque ids that carry the company, the type, the residence (where there is one) and the key.
 *
 * Because the company stands in the id, a foreign one is refused without asking anybody. Because the residence stands
 * in it, so is one that the principal's grants don't reach, and one without a consent. An id is no secret and no proof:
 * whoever makes one up gets what the policy lets them see of their own company, and nothing else.
 *
 * Form: base64url of `company/type/residence/key`, the residence empty where there is none. Only the canonical form is
 * accepted, so that no two ids name one object.
 */
declare const brand: unique symbol;

export type TenantId = string & { readonly [brand]: 'TenantId' };
/** A residence's key: unique within a company, the same in the directory and at the partners. */
export type ResidenceKey = string & { readonly [brand]: 'ResidenceKey' };
export type OpaqueId = string & { readonly [brand]: 'OpaqueId' };

export interface TypedId {
  readonly tenant: TenantId;
  /** GraphQL type; objects that implement an interface carry the interface's name, such as `Device`. */
  readonly type: string;
  /** The residence that the object belongs to; undefined: it belongs to the company. */
  readonly residence: ResidenceKey | undefined;
  /** The owner's own key: the directory's or the partner's. */
  readonly key: string;
}

const GREATEST_LENGTH = 512;
/** What may stand in a part of an id: keys of the directory and of partners. */
export const PART = /^[A-Za-z0-9_.:~-]{1,120}$/;

export function tenantId(value: string): TenantId {
  if (!PART.test(value)) throw new TypeError('not a company key');
  return value as TenantId;
}

export function residenceKey(value: string): ResidenceKey {
  if (!PART.test(value)) throw new TypeError('not a residence key');
  return value as ResidenceKey;
}

/** @throws {TypeError} when a part has characters outside `A-Za-z0-9_.:~-` or is longer than 120. */
export function encodeId({ tenant, type, residence, key }: TypedId): OpaqueId {
  const parts = residence === undefined ? [tenant, type, '', key] : [tenant, type, residence, key];
  const given = residence === undefined ? [tenant, type, key] : parts;
  if (!given.every((part) => PART.test(part))) throw new TypeError('not a part of an id');
  return Buffer.from(parts.join('/')).toString('base64url') as OpaqueId;
}

/** The parts of an id, or undefined when it isn't one of ours in canonical form. Never throws. */
export function decodeId(value: unknown): TypedId | undefined {
  if (typeof value !== 'string' || value.length > GREATEST_LENGTH) return undefined;
  const bytes = Buffer.from(value, 'base64url');
  if (bytes.toString('base64url') !== value) return undefined;
  const [tenant, type, residence, key, ...rest] = bytes.toString('latin1').split('/');
  if (rest.length > 0 || tenant === undefined || type === undefined || residence === undefined || key === undefined) {
    return undefined;
  }
  if (![tenant, type, key].every((part) => PART.test(part))) return undefined;
  if (residence !== '' && !PART.test(residence)) return undefined;
  return {
    tenant: tenant as TenantId,
    type,
    residence: residence === '' ? undefined : (residence as ResidenceKey),
    key,
  };
}

/** The id of a residence: its own key is also the residence that it belongs to. */
export function residenceId(tenant: TenantId, residence: ResidenceKey): OpaqueId {
  return encodeId({ tenant, type: 'Residence', residence, key: residence });
}
