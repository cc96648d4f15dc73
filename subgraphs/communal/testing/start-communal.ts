/** For tests: the subgraph with its sandbox partner, whose answers a test can choose. */
import { sampleResidences } from '@commonhold/development/estate.ts';
import type { Contract } from '@commonhold/kit/partner/contract.ts';
import type { SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import { startIntegration, type TestIntegration } from '@commonhold/kit/testing/integration.ts';
import { communal } from '../definition.ts';
import type { Services } from '../loaders.ts';
import type { operations, paths } from '../partner/generated/v1.ts';
import { createSandboxEstate, type SandboxEstate } from '../sandbox/estate.ts';
import { createHandlers } from '../sandbox/handlers.ts';

type Handlers = SandboxHandlers<operations>;

export interface CommunalForTests extends TestIntegration<paths> {
  readonly estate: SandboxEstate;
  /** Instead of the sandbox's own handlers; take them away after the test. */
  readonly answers: { -readonly [Operation in keyof Handlers]?: Handlers[Operation] | undefined };
}

export async function startCommunal(limits: Partial<Contract['limits']> = {}): Promise<CommunalForTests> {
  const estate = createSandboxEstate(new Date());
  const sandbox = createHandlers(estate, () => new Date());
  const answers: CommunalForTests['answers'] = {};
  const integration = await startIntegration<paths, operations, Services>({
    name: 'communal',
    folder: new URL('../', import.meta.url),
    define: communal,
    residencesOf: (company) => sampleResidences(company).map(({ key }) => key),
    limits,
    handlers: {
      ...sandbox,
      queryAccounts: (call) => (answers.queryAccounts ?? sandbox.queryAccounts)(call),
      queryMeters: (call) => (answers.queryMeters ?? sandbox.queryMeters)(call),
      queryReadings: (call) => (answers.queryReadings ?? sandbox.queryReadings)(call),
      queryCharges: (call) => (answers.queryCharges ?? sandbox.queryCharges)(call),
      queryBills: (call) => (answers.queryBills ?? sandbox.queryBills)(call),
      queryOutages: (call) => (answers.queryOutages ?? sandbox.queryOutages)(call),
      queryServiceRequests: (call) => (answers.queryServiceRequests ?? sandbox.queryServiceRequests)(call),
      queryConsumption: (call) => (answers.queryConsumption ?? sandbox.queryConsumption)(call),
      submitReadings: (call) => (answers.submitReadings ?? sandbox.submitReadings)(call),
    },
  });
  return { ...integration, estate, answers };
}
