/** For tests: the subgraph with its sandbox partner, whose answers a test can choose. */
import { sampleResidences } from '@commonhold/development/estate.ts';
import type { Contract } from '@commonhold/kit/partner/contract.ts';
import type { SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import { startIntegration, type TestIntegration } from '@commonhold/kit/testing/integration.ts';
import { smartHome } from '../definition.ts';
import type { Services } from '../loaders.ts';
import type { operations, paths } from '../partner/generated/v1.ts';
import { createSandboxEstate, type SandboxEstate } from '../sandbox/estate.ts';
import { createHandlers } from '../sandbox/handlers.ts';

type Handlers = SandboxHandlers<operations>;

export interface SmartHomeForTests extends TestIntegration<paths> {
  readonly estate: SandboxEstate;
  /** Instead of the sandbox's own handlers; take them away after the test. */
  readonly answers: { -readonly [Operation in keyof Handlers]?: Handlers[Operation] | undefined };
}

export async function startSmartHome(limits: Partial<Contract['limits']> = {}): Promise<SmartHomeForTests> {
  const estate = createSandboxEstate();
  const sandbox = createHandlers(estate, () => new Date());
  const answers: SmartHomeForTests['answers'] = {};
  const integration = await startIntegration<paths, operations, Services>({
    name: 'smart-home',
    folder: new URL('../', import.meta.url),
    define: smartHome,
    residencesOf: (company) => sampleResidences(company).map(({ key }) => key),
    limits,
    handlers: {
      ...sandbox,
      queryDevices: (call) => (answers.queryDevices ?? sandbox.queryDevices)(call),
      queryScenes: (call) => (answers.queryScenes ?? sandbox.queryScenes)(call),
      queryDeviceEvents: (call) => (answers.queryDeviceEvents ?? sandbox.queryDeviceEvents)(call),
      queryCommands: (call) => (answers.queryCommands ?? sandbox.queryCommands)(call),
    },
  });
  return { ...integration, estate, answers };
}
