/** The versions of the sandbox partner's API, side by side over one state. */
import type { SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import { type SandboxVersion, sandboxVersion } from '@commonhold/kit/sandbox/sandbox-version.ts';
import type { operations as v1 } from '../partner/generated/v1.ts';
import type { operations as v2 } from '../partner/generated/v2.ts';
import { createV2Handlers } from './v2-handlers.ts';

const V1_END = { deprecated: new Date('2026-07-01T00:00:00Z'), sunset: new Date('2027-12-31T23:59:59Z') };

/** @param handlers those of version 1, which the others are made of */
export function sandboxVersions(handlers: SandboxHandlers<v1>): readonly SandboxVersion[] {
  return [
    sandboxVersion<v1>(new URL('../partner/openapi/v1.yaml', import.meta.url), handlers, V1_END),
    sandboxVersion<v2>(new URL('../partner/openapi/v2.yaml', import.meta.url), createV2Handlers(handlers)),
  ];
}
