/** One version of a sandbox partner's API. */
import { basename } from 'node:path';
import type { SandboxHandlers } from './handlers.ts';

export interface SandboxVersion {
  /** As its document is called. */
  readonly name: string;
  readonly openapi: URL;
  readonly handlers: object;
  /** Told in each answer (RFC 9745, RFC 8594). */
  readonly end: VersionEnd | undefined;
}

export interface VersionEnd {
  readonly deprecated: Date;
  readonly sunset: Date;
}

/** @param openapi the OpenAPI document, YAML or JSON, such as `v1.yaml` */
export function sandboxVersion<Operations>(
  openapi: URL,
  handlers: SandboxHandlers<Operations>,
  end?: VersionEnd,
): SandboxVersion {
  return { name: basename(openapi.pathname).replace(/\.[a-z]+$/, ''), openapi, handlers, end };
}
