/**
 * Filters (RFC 7644, section 3.4.2.2), as far as sealed values can be searched: each alternative has to ask for the
 * equality of something that is kept as a hash. That finds the few candidates; scimmy decides about them by the whole.
 *
 * scimmy gets no text that wasn't looked at here. Its tokenizer takes exponential time with backslashes and line breaks
 * in a string, its joins with many alternatives; and a path such as `a.__proto__.b` would be written to the prototype of
 * all objects.
 */
import SCIMMY from 'scimmy';
import { parsing, ScimRefusal } from './refusal.ts';

/** Something that is looked up by equality. */
export interface Lookup {
  readonly by: 'id' | 'externalId' | 'userName' | 'emails' | 'displayName';
  readonly value: string;
}

export interface ParsedFilter {
  /** One for each alternative. */
  readonly lookups: readonly Lookup[];
  /** Whether it lets a resource through. Case doesn't matter. */
  matches(resource: object): boolean;
}

const LONGEST = 500;
const MOST_ALTERNATIVES = 4;
const MOST_CONDITIONS = 10;
const OPERATORS = ['and', 'or', 'not', 'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le', 'pr'];
const LITERALS = ['true', 'false', 'null'];

/** @throws {ScimRefusal} 400 `invalidFilter` */
export function parseFilter(text: string, searchable: readonly Lookup['by'][]): ParsedFilter {
  assertHarmless(text, 'invalidFilter');
  const filter = parsing(() => new SCIMMY.Types.Filter(withoutUrn(text).toLowerCase()));
  const exact = parsing(() => new SCIMMY.Types.Filter(withoutUrn(text)));
  const lookups = [...exact].map((alternative) => lookupOf(alternative, searchable));
  return {
    lookups: lookups.map((lookup) => {
      if (!lookup) throw invalid(`Each alternative has to compare one of ${searchable.join(', ')} by eq.`);
      return lookup;
    }),
    matches: (resource) => filter.match([JSON.parse(JSON.stringify(resource).toLowerCase())]).length > 0,
  };
}

/** Text with a filter in it: short, without what scimmy stumbles over, of known words alone. */
export function assertHarmless(text: string, scimType: 'invalidFilter' | 'invalidPath'): void {
  const words = withoutUrn(text).replaceAll(/"[^"]*"/g, ' ');
  const isKnown = (word: string): boolean => KNOWN_WORDS.has(word.toLowerCase());
  const counted = (word: string): number => words.match(new RegExp(`\\b${word}\\b`, 'gi'))?.length ?? 0;
  const isHarmless =
    text.trim() !== '' &&
    text.length <= LONGEST &&
    !/[\\\p{Cc}]/u.test(text) &&
    !words.includes('"') &&
    [...words.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)].every(([word]) => isKnown(word)) &&
    counted('or') < MOST_ALTERNATIVES &&
    counted('and') < MOST_CONDITIONS &&
    counted('not') < MOST_CONDITIONS;
  if (!isHarmless) throw new ScimRefusal(400, 'This cannot be understood, or is too long.', scimType);
}

/** Names of RFC 7643, whether they are kept or not: who asks for one that isn't finds nothing. */
const KNOWN_WORDS: ReadonlySet<string> = new Set(
  [
    ...OPERATORS,
    ...LITERALS,
    ...['id', 'externalId', 'meta', 'created', 'lastModified', 'resourceType', 'version', '$ref', 'manager'],
    ...[SCIMMY.Schemas.User, SCIMMY.Schemas.Group, SCIMMY.Schemas.EnterpriseUser].flatMap(({ definition }) =>
      namesIn(definition.attributes),
    ),
  ].map((name) => name.toLowerCase()),
);

function namesIn(attributes: readonly { readonly name?: string; readonly subAttributes?: unknown }[]): string[] {
  return attributes.flatMap(({ name, subAttributes }) => [
    ...(name === undefined ? [] : [name]),
    ...(Array.isArray(subAttributes) ? namesIn(subAttributes) : []),
  ]);
}

const CORE_URN = /\burn:ietf:params:scim:schemas:core:2\.0:(User|Group):/gi;

function withoutUrn(text: string): string {
  return text.replaceAll(CORE_URN, '');
}

function lookupOf(alternative: unknown, searchable: readonly Lookup['by'][]): Lookup | undefined {
  const conditions = new Map(
    Object.entries(alternative ?? {}).map(([name, condition]) => [name.toLowerCase(), condition]),
  );
  for (const by of searchable) {
    const condition: unknown = conditions.get(by.toLowerCase());
    const value = by === 'emails' ? equalTo(valueOfKind(condition)) : equalTo(condition);
    if (value !== undefined) return { by, value };
  }
  return undefined;
}

function valueOfKind(condition: unknown): unknown {
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) return undefined;
  return Object.entries(condition).find(([name]) => name.toLowerCase() === 'value')?.[1];
}

function equalTo(condition: unknown): string | undefined {
  if (!Array.isArray(condition) || condition.length !== 2) return undefined;
  const [comparator, value]: readonly unknown[] = condition;
  return comparator === 'eq' && typeof value === 'string' ? value : undefined;
}

function invalid(detail: string): ScimRefusal {
  return new ScimRefusal(400, detail, 'invalidFilter');
}

/**
 * `attributes` or `excludedAttributes` (RFC 7644, section 3.9) as scimmy takes them.
 *
 * @throws {ScimRefusal} 400
 */
export function parseSelection(query: {
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}): InstanceType<typeof SCIMMY.Types.Filter> | undefined {
  const { attributes, excludedAttributes } = query;
  const names = (attributes ?? excludedAttributes)?.split(',').map((name) => withoutUrn(name.trim()));
  const wanted = names?.filter((name) => name !== '');
  if (!wanted || wanted.length === 0) return undefined;
  const known = wanted.filter((name) => !name.toLowerCase().startsWith('urn:') && name.toLowerCase() !== 'schemas');
  for (const name of known) {
    if (!/^[A-Za-z$][\w$.]*$/.test(name))
      throw new ScimRefusal(400, 'An attribute cannot be understood.', 'invalidValue');
    assertHarmless(name, 'invalidPath');
  }
  const [presence, all] = attributes === undefined ? ['np', known] : ['pr', ['id', ...known]];
  if (all.length === 0) return undefined;
  return parsing(() => new SCIMMY.Types.Filter(all.map((name) => `${name} ${presence}`).join(' and ')));
}
