/** What this endpoint can do, as SCIM describes it (RFC 7643, sections 5 to 7). */
import { LARGEST_PAGE, listAnswer } from './lists.ts';
import { notFound } from './refusal.ts';
import { GROUP, USER } from './schemas.ts';
import type { ScimAnswer } from './scope.ts';

const KINDS = [
  { name: 'User', endpoint: '/Users', definition: USER },
  { name: 'Group', endpoint: '/Groups', definition: GROUP },
] as const;

/** @param path below the endpoint, such as `['Schemas', 'urn:…']`; undefined where it names something else */
export function describeEndpoint(path: readonly string[], base: string): ScimAnswer | undefined {
  const [collection, id, ...rest] = path;
  if (rest.length > 0) return undefined;
  if (collection === 'ServiceProviderConfig' && id === undefined) {
    return { status: 200, body: serviceProviderConfig(base) };
  }
  if (collection === 'ResourceTypes') {
    return oneOrAll(
      KINDS.map(({ name, endpoint, definition }) => ({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
        id: name,
        name,
        endpoint,
        description: definition.description,
        schema: definition.id,
        meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
      })),
      id,
    );
  }
  if (collection === 'Schemas') {
    return oneOrAll(
      KINDS.map(({ definition }) => ({ ...definition.describe(`${base}/Schemas`), id: definition.id })),
      id,
    );
  }
  return undefined;
}

function oneOrAll(resources: readonly (object & { readonly id: string })[], id: string | undefined): ScimAnswer {
  if (id === undefined) return listAnswer(resources, { offset: 0, limit: resources.length }, resources.length);
  const one = resources.find((resource) => resource.id.toLowerCase() === id.toLowerCase());
  if (!one) throw notFound();
  return { status: 200, body: one };
}

function serviceProviderConfig(base: string): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: LARGEST_PAGE },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: "A token that a company's admin makes, for that company's endpoint alone (RFC 6750)",
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  };
}
