/**
 * Tests run in ES modules, compiled one by one by swc; what they test runs as real processes beside them.
 *
 * `rooms`: tests beside the code of a room, which start what they need. `system`: tests by guarantee, which share one
 * running system. `processes`: tests by guarantee that start what they need themselves. `long`: some
 * of both that take minutes, which hold up no others there. `night`: those of all kinds that run when they are asked for.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// For what the tests of a run begin with; test/run.sh names one folder for its three kinds.
if (!process.env['TEST_TEMPLATES']) {
  const folder = mkdtempSync(join(tmpdir(), 'commonhold-templates-'));
  process.env['TEST_TEMPLATES'] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
};
const NEVER = ['/node_modules/', '/.data/'];

/** What costs most, of what others prove on a smaller scale. */
const NIGHT = [
  'gateway/workers/workers',
  'schema/generated-files',
  'subgraphs/directory/records/resealing',
  'test/browser/step-up',
  'test/encryption/rotation',
  'test/identity/issuer-at-rest',
  'test/propagation/replicas',
].map((file) => `/${file}\\.test\\.ts$`);

const LONG = [
  'gateway/authentication/kept-rights',
  'gateway/execution/differential',
  'gateway/protection/early-refusal',
  'schema/publication',
  'subgraphs/directory/(break-glass|delivery/delivery|exports/review-export|provisioning/invitations|reviews)',
  'subgraphs/kit/partner/agreed-rate',
].map((file) => `/${file}\\.test\\.ts$`);

/** None of these knows the shared system; one that asks for it all the same fails at once. */
const WITH_PROCESSES_OF_THEIR_OWN = [
  'access/model',
  'browser/(other-graph|passkeys)',
  'deploys/processes',
  'faults/edges-[\\w-]+',
  'identity/(access-token|back-channel-logout|federated-login|invitations|issuer-[\\w-]+|own-factors|passkeys)',
  'identity/(proof-of-possession|recovery)',
  'isolation/row-level-security',
  'policy/modes',
].map((file) => `/test/${file}\\.test\\.ts$`);

export default {
  testTimeout: 180_000,
  projects: [
    {
      ...shared,
      displayName: 'rooms',
      testMatch: ['<rootDir>/{gateway,platform,schema,subgraphs,development}/**/*.test.ts'],
      testPathIgnorePatterns: [...NEVER, ...LONG, ...NIGHT],
    },
    {
      ...shared,
      displayName: 'processes',
      testRegex: WITH_PROCESSES_OF_THEIR_OWN,
      testPathIgnorePatterns: [...NEVER, ...NIGHT],
    },
    {
      ...shared,
      displayName: 'long',
      testRegex: LONG,
      testPathIgnorePatterns: NEVER,
    },
    {
      ...shared,
      displayName: 'night',
      testRegex: NIGHT,
      testPathIgnorePatterns: NEVER,
    },
    {
      ...shared,
      displayName: 'system',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [...NEVER, ...WITH_PROCESSES_OF_THEIR_OWN, ...LONG, ...NIGHT],
      globalSetup: '<rootDir>/test/system/start.ts',
      globalTeardown: '<rootDir>/test/system/stop.ts',
    },
  ],
};
