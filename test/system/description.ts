import type { TestEnvironment } from './product.ts';

/** Where the system under test is; handed to the test files through the environment. */
export const SYSTEM_VARIABLE = 'COMMONHOLD_SYSTEM_UNDER_TEST';

export interface SystemDescription {
  readonly environment: TestEnvironment & { readonly COMMONHOLD_CANARY: string };
  /** Everything that the product wrote to standard output and standard error, at level debug. */
  readonly logFile: string;
  readonly graphqlUrl: string;
  readonly brokerUrl: string;
}

export function system(): SystemDescription {
  const value = process.env[SYSTEM_VARIABLE];
  if (!value) throw new Error('run this test by jest, which starts the system');
  return JSON.parse(value) as SystemDescription;
}
