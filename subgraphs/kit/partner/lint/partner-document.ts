/** What the checks look at in a partner's OpenAPI document. */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { z } from 'zod';
import { loadOpenApiDocument, type OpenApiOperation } from '../../sandbox/openapi-document.ts';

const looseOperation = z.looseObject({ deprecated: z.boolean().default(false) });
const schemaObject = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ 'x-personal-data': z.boolean().default(false) })).default({}),
});
const shape = z.looseObject({
  servers: z.array(z.object({ url: z.string() })).default([]),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  webhooks: z.record(z.string(), z.unknown()).default({}),
  components: z
    .looseObject({
      securitySchemes: z
        .record(
          z.string(),
          z.looseObject({
            type: z.string(),
            scheme: z.string().optional(),
            flows: z.looseObject({ clientCredentials: z.object({ tokenUrl: z.string() }).optional() }).optional(),
          }),
        )
        .default({}),
      schemas: z.record(z.string(), schemaObject).default({}),
    })
    .prefault({}),
});

export interface PartnerDocument extends Pick<z.output<typeof shape>, 'components'> {
  readonly kind: 'read';
  /** Path of the first server, `/v1`. */
  readonly basePath: string;
  /** Names of its webhooks. */
  readonly webhooks: readonly string[];
  /** With `route` in the form `/v1/devices/:id`. */
  readonly operations: readonly (OpenApiOperation & {
    readonly isDeprecated: boolean;
    readonly statuses: readonly string[];
  })[];
}

export type ReadDocument = PartnerDocument | { readonly kind: 'broken'; readonly remedy: string };

export async function readPartnerDocument(file: URL): Promise<ReadDocument> {
  try {
    const { json, operations } = await loadOpenApiDocument(file);
    const { servers, paths, webhooks, components } = shape.parse(json);
    const [server] = servers;
    const basePath = server ? new URL(server.url, 'https://localhost').pathname.replace(/\/$/, '') : '';
    const parts = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [`${method} ${routeOf(basePath, path)}`, operation] as const),
    );
    const raw = new Map(parts);
    return {
      kind: 'read',
      basePath,
      components,
      webhooks: Object.keys(webhooks),
      operations: operations.map((operation) => {
        const { deprecated, responses } = looseOperation
          .extend({ responses: z.record(z.string(), z.unknown()) })
          .parse(raw.get(`${operation.method} ${operation.route}`));
        return { ...operation, isDeprecated: deprecated, statuses: Object.keys(responses) };
      }),
    };
  } catch (error) {
    if (error instanceof StartupError) return { kind: 'broken', remedy: error.message.replace(/\.$/, '') };
    if (error instanceof z.ZodError) {
      return { kind: 'broken', remedy: `correct the OpenAPI document at ${error.issues[0]?.path.join('.')}` };
    }
    throw error;
  }
}

/** As `operations` have it. */
export function routeOf(basePath: string, path: string): string {
  return basePath + path.replaceAll(/\{([^}]+)\}/g, ':$1');
}
