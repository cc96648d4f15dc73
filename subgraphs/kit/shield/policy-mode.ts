/** How policy is carried out. */
import { readConfiguration } from '@commonhold/platform/configuration.ts';
import { z } from 'zod';

const modes = z.enum(['compiled', 'interpreted']);

/** `compiled`: synchronous checks within the execution. `interpreted`: graphql-shield's own middleware. */
export type PolicyMode = z.output<typeof modes>;

/** `POLICY`, or `compiled`. @throws {StartupError} when it is neither. */
export function readPolicyMode(environment: NodeJS.ProcessEnv): PolicyMode {
  return readConfiguration(z.object({ POLICY: modes.default('compiled') }), environment).POLICY;
}
