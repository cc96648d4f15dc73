/** For tests: the subgraph with its sandbox partner, whose answers a test can choose. */
import { sampleResidences } from '@commonhold/development/estate.ts';
import type { Contract } from '@commonhold/kit/partner/contract.ts';
import type { SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import { startIntegration, type TestIntegration } from '@commonhold/kit/testing/integration.ts';
import { smartHome } from '../definition.ts';
import type { Services } from '../loaders.ts';
import type { SmartHomeVersions } from '../partner/client.ts';
import type { operations } from '../partner/generated/v1.ts';
import { createSandboxEstate, type SandboxEstate } from '../sandbox/estate.ts';
import { createHandlers } from '../sandbox/handlers.ts';
import { sandboxVersions } from '../sandbox/versions.ts';

type Handlers = SandboxHandlers<operations>;

export interface SmartHomeForTests extends TestIntegration<SmartHomeVersions> {
  readonly estate: SandboxEstate;
  /** Instead of the sandbox's own handlers; take them away after the test. */
  readonly answers: { -readonly [Operation in keyof Handlers]?: Handlers[Operation] | undefined };
}

/** What is agreed instead of the contract. */
export interface SmartHomeAgreement {
  readonly limits?: Partial<Contract['limits']>;
  readonly companies?: Contract['companies'];
}

/** @param now the sandbox's clock */
export async function startSmartHome({
  now = () => new Date(),
  ...agreed
}: SmartHomeAgreement & { readonly now?: () => Date } = {}): Promise<SmartHomeForTests> {
  const estate = createSandboxEstate();
  const sandbox = createHandlers(estate, now);
  const answers: SmartHomeForTests['answers'] = {};
  const integration = await startIntegration<SmartHomeVersions, Services>({
    name: 'smart-home',
    folder: new URL('../', import.meta.url),
    define: smartHome,
    residencesOf: (company) => sampleResidences(company).map(({ key }) => key),
    agree: (contract) => ({ ...contract, ...agreed, limits: { ...contract.limits, ...agreed.limits } }),
    versions: sandboxVersions({
      ...sandbox,
      queryDevices: (call) => (answers.queryDevices ?? sandbox.queryDevices)(call),
      queryScenes: (call) => (answers.queryScenes ?? sandbox.queryScenes)(call),
      queryDeviceEvents: (call) => (answers.queryDeviceEvents ?? sandbox.queryDeviceEvents)(call),
      queryCommands: (call) => (answers.queryCommands ?? sandbox.queryCommands)(call),
    }),
  });
  return { ...integration, estate, answers };
}
