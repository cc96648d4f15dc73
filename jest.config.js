/**
 * Tests run in ES modules, compiled one by one by swc; what they test runs as real processes beside them.
 *
 * `rooms`: tests beside the code of a room, which start what they need. `system`: tests by guarantee, which share one
 * running system.
 */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  testPathIgnorePatterns: ['/node_modules/', '/.data/'],
};

export default {
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'rooms',
      testMatch: ['<rootDir>/{gateway,platform,schema,subgraphs,development}/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'system',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      globalSetup: '<rootDir>/test/system/start.ts',
      globalTeardown: '<rootDir>/test/system/stop.ts',
    },
  ],
};
