/** For tests: the subgraph with its sandbox partner, whose answers a test can choose. */
import { sampleResidences } from '@commonhold/development/estate.ts';
import type { Contract } from '@commonhold/kit/partner/contract.ts';
import { createSandboxChanges } from '@commonhold/kit/sandbox/changes.ts';
import type { SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import { type EventParts, startIntegration, type TestIntegration } from '@commonhold/kit/testing/integration.ts';
import type { Assignment, Assignments } from '../assignments/assignments.ts';
import { communal } from '../definition.ts';
import type { Services } from '../loaders.ts';
import { changeSchema, createAskChanges, createAskServiceRequest } from '../partner/changes.ts';
import type { CommunalVersions } from '../partner/client.ts';
import type { operations } from '../partner/generated/v1.ts';
import { createHappening, createTeller, type ServiceRequestChanged } from '../sandbox/changes.ts';
import { createSandboxEstate, type SandboxEstate } from '../sandbox/estate.ts';
import { createHandlers } from '../sandbox/handlers.ts';
import { sandboxVersions } from '../sandbox/versions.ts';

type Handlers = SandboxHandlers<operations>;

export interface CommunalForTests extends TestIntegration<CommunalVersions> {
  readonly estate: SandboxEstate;
  /** What the directory was told of assignments. */
  readonly told: readonly Assignment[];
  readonly assignments: Assignments;
  /** What the directory holds as open, by the key of the request. */
  readonly held: Map<string, Assignment>;
  /** Instead of the sandbox's own handlers; take them away after the test. */
  readonly answers: { -readonly [Operation in keyof Handlers]?: Handlers[Operation] | undefined };
}

/** What is agreed instead of the contract. */
export interface CommunalAgreement {
  readonly limits?: Partial<Contract['limits']>;
  readonly companies?: Contract['companies'];
  /** How the subgraph learns of what happens at the partner; left out: not at all. */
  readonly events?: NonNullable<Contract['events']>;
}

export async function startCommunal(agreed: CommunalAgreement = {}): Promise<CommunalForTests> {
  const estate = createSandboxEstate(new Date());
  const now = () => new Date();
  const answers: CommunalForTests['answers'] = {};
  const told: Assignment[] = [];
  const held = new Map<string, Assignment>();
  const tell = (assignment: Assignment): void => {
    told.push(assignment);
    if (assignment.person === null) held.delete(assignment.request);
    else held.set(assignment.request, assignment);
  };
  const assignments: Assignments = {
    isPerson: async (_tenant, person) => person.startsWith('northgate-'),
    tell: async (_tenant, assignment) => tell(assignment),
    tellAll: async (_tenant, all) => {
      for (const assignment of all) tell(assignment);
      return all.filter(({ person }) => person !== null && !person.startsWith('northgate-')).length;
    },
    compare: async (_tenant, listed) => {
      const keys = new Set(listed.map(({ request }) => request));
      const differing = listed.filter(({ request, person }) => held.get(request)?.person !== person);
      return {
        changed: differing.map(({ request }) => request),
        missing: [...held.values()].filter(({ request }) => !keys.has(request)),
      };
    },
    tellUntilKnown: (_tenant, assignment) => tell(assignment),
    close: async () => undefined,
  };
  const integration = await startIntegration<CommunalVersions, Services>({
    name: 'communal',
    folder: new URL('../', import.meta.url),
    define: (partner) => communal(partner, assignments),
    residencesOf: (company) => sampleResidences(company).map(({ key }) => key),
    agree: (contract) => ({ ...contract, ...agreed, limits: { ...contract.limits, ...agreed.limits } }),
    ...(agreed.events && {
      events: (parts: EventParts<CommunalVersions>) => ({
        schema: changeSchema,
        askEntity: createAskServiceRequest(parts),
        askChanges: createAskChanges(parts),
      }),
    }),
    sandbox: (send) => {
      const changes = createSandboxChanges<ServiceRequestChanged>(now, send);
      const sandbox = createHandlers(estate, now, changes);
      return {
        happen: createHappening(estate, createTeller(changes), now),
        versions: sandboxVersions({
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
        }),
      };
    },
  });
  return { ...integration, estate, answers, told, held, assignments };
}
