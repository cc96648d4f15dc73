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
const PARTS =
  /^([A-Za-z0-9_.:~-]{1,120})\/([A-Za-z0-9_.:~-]{1,120})\/([A-Za-z0-9_.:~-]{0,120})\/([A-Za-z0-9_.:~-]{1,120})$/;
const GREATEST_PART_LENGTH = 120;
const SLASH = 0x2f;
/** By a character's code: its place in base64url's alphabet, -1 where it isn't in it. */
const SIX_BITS = Int8Array.from({ length: 128 }, (_, code) =>
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(String.fromCharCode(code)),
);
/** By a byte: 1 where it may stand in a part. */
const IN_PART = Uint8Array.from({ length: 256 }, (_, byte) => (PART.test(String.fromCharCode(byte)) ? 1 : 0));

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
  const text = `${tenant}/${type}/${residence ?? ''}/${key}`;
  if (residence === '' || !PARTS.test(text)) throw new TypeError('not a part of an id');
  return Buffer.from(text, 'latin1').toString('base64url') as OpaqueId;
}

/** The parts of an id, or undefined when it isn't one of ours in canonical form. Never throws. */
export function decodeId(value: unknown): TypedId | undefined {
  if (typeof value !== 'string' || value.length > GREATEST_LENGTH) return undefined;
  const bytes = Buffer.from(value, 'base64url');
  if (bytes.toString('base64url') !== value) return undefined;
  const [, tenant, type, residence, key] = PARTS.exec(bytes.toString('latin1')) ?? [];
  if (tenant === undefined || type === undefined || key === undefined) return undefined;
  return { tenant: tenant as TenantId, type, residence: residence ? (residence as ResidenceKey) : undefined, key };
}

/**
 * What `decodeId` says of the residence, for ids of one company and type, without making anything else of them: the
 * policy of each object of an answer is decided on its id.
 *
 * @param head `company/type/`
 * @returns the residence; empty: none stands in it; undefined: it is no id of ours, or of another company or type
 */
export function residenceInId(value: unknown, head: string): ResidenceKey | '' | undefined {
  if (typeof value !== 'string' || value.length > GREATEST_LENGTH || value.length % 4 === 1) return undefined;
  let residence = '';
  let [bits, bitCount, position, isInKey, partLength] = [0, 0, 0, false, 0];
  for (let index = 0; index < value.length; index += 1) {
    const six = SIX_BITS[value.charCodeAt(index)];
    if (six === undefined || six < 0) return undefined;
    bits = (bits << 6) | six;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    const byte = bits >> bitCount;
    bits &= (1 << bitCount) - 1;
    if (position < head.length) {
      if (byte !== head.charCodeAt(position)) return undefined;
    } else if (byte === SLASH && !isInKey) {
      isInKey = true;
      partLength = 0;
    } else {
      partLength += 1;
      if (IN_PART[byte] !== 1 || partLength > GREATEST_PART_LENGTH) return undefined;
      if (!isInKey) residence += String.fromCharCode(byte);
    }
    position += 1;
  }
  // What is left over of the last character is nothing, in canonical form.
  if (bits !== 0 || !isInKey || partLength === 0) return undefined;
  return residence as ResidenceKey | '';
}

/** The id of a residence: its own key is also the residence that it belongs to. */
export function residenceId(tenant: TenantId, residence: ResidenceKey): OpaqueId {
  return encodeId({ tenant, type: 'Residence', residence, key: residence });
}
