/** A path template of the OpenAPI document and its parameters → the path that goes over the wire. */
import { PartnerError } from './partner-error.ts';

/**
 * Arrays in the query are repeated members, OpenAPI's default (`style: form`, `explode: true`).
 *
 * @throws {PartnerError} PARTNER_REJECTED for a parameter that would leave its segment of the path
 *
 * @example
 * requestPath('smart-home', '/v1/devices/{id}', { id: 'a/b' }, { expand: ['state', 'scenes'] });
 * // → '/v1/devices/a%2Fb?expand=state&expand=scenes'
 */
export function requestPath(partner: string, template: string, parameters: unknown, query: unknown): string {
  const values = members(parameters);
  const path = template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined || value === null) throw new TypeError(`the path parameter ${name} is missing`);
    const segment = String(value);
    // Percent-encoding leaves dots alone, and servers resolve them.
    if (segment === '' || segment === '.' || segment === '..') {
      throw new PartnerError(partner, 'PARTNER_REJECTED', {
        detail: `path parameter ${name} is not a segment`,
        mayHaveTakenEffect: false,
      });
    }
    return encodeURIComponent(segment);
  });
  const search = new URLSearchParams();
  for (const [name, value] of members(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) search.append(name, String(item));
    }
  }
  return search.size > 0 ? `${path}?${search}` : path;
}

function members(record: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof record === 'object' && record !== null ? Object.entries(record) : []);
}
