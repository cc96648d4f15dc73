/** For tests: the subgraph with its sandbox partner, whose answers a test can choose. */
import { sampleResidences } from '@commonhold/development/estate.ts';
import type { ChangeSchema } from '@commonhold/kit/events/take-in.ts';
import type { Contract } from '@commonhold/kit/partner/contract.ts';
import { createSandboxChanges } from '@commonhold/kit/sandbox/changes.ts';
import type { SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import { type EventParts, startIntegration, type TestIntegration } from '@commonhold/kit/testing/integration.ts';
import { smartHome } from '../definition.ts';
import type { Services } from '../loaders.ts';
import { createAskDevice } from '../partner/changes.ts';
import type { SmartHomeVersions } from '../partner/client.ts';
import type { operations } from '../partner/generated/v1.ts';
import { createHappening, createTeller, type DeviceChanged } from '../sandbox/changes.ts';
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

export interface SmartHomeTestOptions extends SmartHomeAgreement {
  /** The sandbox's clock. */
  readonly now?: () => Date;
  /** By what the partner's events are understood; left out: nobody learns of them. */
  readonly schema?: ChangeSchema;
}

export async function startSmartHome({
  now = () => new Date(),
  schema,
  ...agreed
}: SmartHomeTestOptions = {}): Promise<SmartHomeForTests> {
  const estate = createSandboxEstate();
  const answers: SmartHomeForTests['answers'] = {};
  const integration = await startIntegration<SmartHomeVersions, Services>({
    name: 'smart-home',
    folder: new URL('../', import.meta.url),
    define: smartHome,
    residencesOf: (company) => sampleResidences(company).map(({ key }) => key),
    agree: (contract) => ({ ...contract, ...agreed, limits: { ...contract.limits, ...agreed.limits } }),
    ...(schema && {
      events: (parts: EventParts<SmartHomeVersions>) => ({ schema, askEntity: createAskDevice(parts) }),
    }),
    sandbox: (send) => {
      const told = createTeller(createSandboxChanges<DeviceChanged>(now, send));
      const sandbox = createHandlers(estate, now, told);
      return {
        happen: createHappening(estate, told),
        versions: sandboxVersions({
          ...sandbox,
          queryDevices: (call) => (answers.queryDevices ?? sandbox.queryDevices)(call),
          queryScenes: (call) => (answers.queryScenes ?? sandbox.queryScenes)(call),
          queryDeviceEvents: (call) => (answers.queryDeviceEvents ?? sandbox.queryDeviceEvents)(call),
          queryCommands: (call) => (answers.queryCommands ?? sandbox.queryCommands)(call),
        }),
      };
    },
  });
  return { ...integration, estate, answers };
}
