/**
 * What breaks when a partner's OpenAPI document takes the place of another: operations that we call and that are gone,
 * members that we read and that are gone, may be left out or may be something else, and orders and questions of ours that
 * would be refused.
 */
import { z } from 'zod';
import { loadOpenApiDocument, type OpenApiDocument, type OpenApiOperation } from '../../sandbox/openapi-document.ts';
import { type CallRead, type ClientReads, clientReads, type EncryptedRead } from './client-reads.ts';
import { type Misfit, misfits, type Wording } from './fit.ts';
import type { Schema } from './json-schema.ts';

export interface Break {
  /** Such as `POST /meters/query`, or `Account.personal`. */
  readonly where: string;
  /** Such as `answer items[].serial: is gone, and we read it`. */
  readonly what: string;
}

const ANSWER: Wording = {
  absent: 'is gone, and we need it',
  unused: 'is gone, and we read it',
  optional: 'may be left out, and we need it',
  may: 'may be',
  gives: () => true,
};
const requestBy = (words: ReadonlySet<string>): Wording => ({
  absent: MISSING,
  unused: undefined,
  optional: 'is required now, and we may leave it out',
  may: 'is sent as',
  gives: (property) => words.has(property),
});
const MISSING = 'is required now, and we do not send it';

/**
 * @param partner the partner's folder
 * @param version the version that the new document is to take the place of
 * @throws {StartupError} when one of the documents can't be read
 */
export async function checkDocument(partner: URL, version: string, document: URL): Promise<readonly Break[]> {
  const [before, after, reads] = await Promise.all([
    loadOpenApiDocument(new URL(`openapi/${version}.yaml`, partner)),
    loadOpenApiDocument(document),
    clientReads(partner, version),
  ]);
  // What doesn't fit today either, such as a pattern of ours that is stricter, isn't broken by the new document.
  const known = new Set(breaksOfAnswers(before, reads).map(keyOf));
  const answers = breaksOfAnswers(after, reads).filter((found) => !known.has(keyOf(found)));
  return unique([...answers, ...breaksOfRequests(before, after, reads)]);
}

function breaksOfAnswers(document: OpenApiDocument, { calls, encrypted }: ClientReads): readonly Break[] {
  return [
    ...calls.flatMap((call) => {
      const operation = operationOf(document, call);
      if (!operation) return [{ where: nameOf(call), what: 'is gone, and we call it' }];
      return said(nameOf(call), 'answer', misfits(operation.answer ?? {}, call.schema, ANSWER));
    }),
    ...encrypted.flatMap((read) => {
      const content = contentOf(document, read);
      const where = `${read.object}.${read.member}`;
      if (!content) return [{ where, what: 'says no more what is encrypted in it (contentSchema)' }];
      return said(where, 'content', misfits(content, read.schema, ANSWER));
    }),
  ];
}

function breaksOfRequests(
  before: OpenApiDocument,
  after: OpenApiDocument,
  { calls, words }: ClientReads,
): readonly Break[] {
  const wording = requestBy(words);
  return calls.flatMap((call) => {
    const [old, now] = [operationOf(before, call), operationOf(after, call)];
    if (!old || !now) return [];
    const parameters = now.parameters
      .filter(
        ({ name, required }) => required && !old.parameters.some((known) => known.name === name && known.required),
      )
      .map(({ name, in: place }) => ({ where: nameOf(call), what: `${place} ${name}: ${MISSING}` }));
    if (!old.body && now.body) return [...parameters, { where: nameOf(call), what: 'request: has to have a body now' }];
    return [...parameters, ...said(nameOf(call), 'request', misfits(old.body ?? {}, now.body ?? {}, wording))];
  });
}

function operationOf({ base, operations }: OpenApiDocument, { method, path }: CallRead): OpenApiOperation | undefined {
  const route = base + path.replaceAll(/\{([^}]+)\}/g, ':$1');
  return operations.find((operation) => operation.method === method && operation.route === route);
}

const content = z.looseObject({ contentSchema: z.record(z.string(), z.unknown()) });

function contentOf({ schemas }: OpenApiDocument, { object, member }: EncryptedRead): Schema | undefined {
  const properties = z.record(z.string(), z.unknown()).safeParse(schemas[object]?.['properties']).data;
  return content.safeParse(properties?.[member]).data?.contentSchema;
}

const nameOf = ({ method, path }: CallRead): string => `${method.toUpperCase()} ${path}`;
const said = (where: string, part: string, found: readonly Misfit[]): readonly Break[] =>
  found.map((misfit) => ({ where, what: `${part} ${misfit}` }));
const keyOf = ({ where, what }: Break): string => `${where} ${what}`;

/** Two calls of one operation, such as by residence and by id, break alike. */
function unique(found: readonly Break[]): readonly Break[] {
  return [...new Map(found.map((one) => [keyOf(one), one])).values()];
}
