/**
 * Grants, approvals, suspensions, reviews, time that goes by and messages that are lost, in any order: what a model of ten
 * lines denies is denied, within a second.
 *
 * `ACCESS_RUNS=500` tries more; a failure names a seed, with which `ACCESS_SEED` tries the same again.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EITHER_DATABASE } from '../databases.ts';
import { commands } from './commands.ts';
import { type RealAccess, startRealAccess } from './real-access.ts';

const RUNS = Number(process.env['ACCESS_RUNS'] ?? 8);
/** The same ones each time, unless more are asked for: so few don't do everything by chance. */
const SEED = process.env['ACCESS_SEED'] ?? (process.env['ACCESS_RUNS'] ? undefined : '20261124');
/** Each of these has been done in some run. */
const ORDERS = [
  'grantRole',
  'approveGrant',
  'revokeGrant',
  'suspendPerson',
  'reinstatePerson',
  'startReview',
  'decideReviewItems',
];
const GREATEST_MILLISECONDS = 120_000 + RUNS * 10_000;

describe.each(EITHER_DATABASE)('whatever happens to rights in a directory on %s', (_, provide) => {
  let real: RealAccess;
  beforeAll(async () => {
    real = await startRealAccess(provide);
  });
  afterAll(() => real?.stop());

  it(
    'nobody may do what the model denies',
    async () => {
      await fc.assert(
        fc.asyncProperty(commands, async (steps) => {
          await fc.asyncModelRun(async () => ({ model: await real.begin(), real }), steps);
        }),
        { numRuns: RUNS, endOnFailure: true, ...(SEED !== undefined && { seed: Number(SEED) }) },
      );
      expect([...real.seen.keys()]).toEqual(expect.arrayContaining([...ORDERS, 'DISPATCHER', 'COMPANY_ADMIN']));
    },
    GREATEST_MILLISECONDS,
  );
});
