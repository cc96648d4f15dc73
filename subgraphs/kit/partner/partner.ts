/**
 * One partner, as a subgraph's composition root makes it: contract, connections, keys and credentials of each company.
 *
 * @example
 * const contract = await loadContract(new URL('./partner/contract.yaml', import.meta.url), process.env);
 * const partner = await createPartner<{ v1: paths }>({ contract, identity, masterKey, secrets, dataDirectory, metrics });
 * // per request:
 * const client = partner.client('v1', request);
 */
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import type { Secrets } from '@commonhold/platform/secrets/secrets.ts';
import type { ServerAddress } from '@commonhold/platform/secrets/server-passwords.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { type ResidenceKey, type TenantId, tenantId } from '../tenancy/ids.ts';
import type { Principal } from '../tenancy/principal.ts';
import { createAbsentClient } from './absent-client.ts';
import { agreedCompany } from './agreed-company.ts';
import { openAllowance } from './allowance.ts';
import {
  type CompanyAccess,
  createPartnerClient,
  type PartnerClient,
  type PartnerConnection,
  type PartnerRequest,
} from './client.ts';
import { requestByAssertion } from './client-assertion.ts';
import { loadCompanyKeys } from './company-keys.ts';
import { loadCompanyPassword } from './company-password.ts';
import type { Contract, ReachableContract } from './contract.ts';
import { createCredentials } from './credentials.ts';
import { askWithEither } from './either-generation.ts';
import { requestByLogin } from './login.ts';
import type { PartnerMetrics } from './metrics.ts';
import { createPartnerKeySource, createPayloadEncryption } from './payload-encryption.ts';
import { createResilience, type Resilience } from './resilience.ts';
import { createTransport, type Transport } from './transport.ts';
import { createTurns, type Turns } from './turns.ts';
import { createEndNotes, type VersionEnd } from './versions/ends.ts';
import { createTrials, type Trials } from './versions/trials.ts';

export interface PartnerOptions {
  readonly contract: Contract;
  readonly identity: ServiceIdentity;
  readonly masterKey: MasterKey;
  readonly secrets: Secrets;
  readonly dataDirectory: string;
  /** One set for all partners of the process: `createPartnerMetrics(registry)`. */
  readonly metrics: PartnerMetrics;
  /** Where replicas share what they ask of the partner; left out: there is this process alone. */
  readonly redis?: ServerAddress | undefined;
  /** Called with what the partner says of the end of a version, when that is new to this process. */
  readonly announce?: (end: VersionEnd) => void;
}

/** A request of a principal's: its company is the one that is spoken for. */
export type CompanyRequest = PartnerRequest & { readonly principal: Pick<Principal, 'tenant'> };

/** `Versions` are the paths of each version of the partner's API, by its name. */
export interface Partner<Versions> {
  readonly contract: Contract;
  /** Whether the contract gives the partner this residence of the company; without one, any at all. */
  serves(company: TenantId, residence?: ResidenceKey): boolean;
  /**
   * The client of the request's own company, in one version. There is no way to name another company.
   *
   * @throws {PartnerError} PARTNER_REJECTED when the contract doesn't list the company
   */
  client<Version extends keyof Versions & string>(
    version: Version,
    request: CompanyRequest,
  ): PartnerClient<Versions[Version]>;
  /** Trials of versions, by company; they end with the process. */
  readonly trials: Trials;
  /** The breaker of the version that is worst off. */
  health(): { readonly partner: string; readonly breaker: ReturnType<Resilience['breakerState']> };
  close(): Promise<void>;
}

/** @throws {StartupError} when a company's keys or password are missing or broken. */
export async function createPartner<Versions>(options: PartnerOptions): Promise<Partner<Versions>> {
  const { contract, metrics } = options;
  const { address, companies, partner } = contract;
  const trials = createTrials(contract, metrics.versions);
  const opened = address === undefined ? undefined : await open({ ...options, contract: { ...contract, address } });
  return {
    contract,
    serves: (company, residence) => {
      if (!Object.hasOwn(companies, company)) return false;
      return residence === undefined || residence.startsWith(companies[company]?.residences ?? '');
    },
    client: <Version extends keyof Versions & string>(version: Version, request: CompanyRequest) => {
      const { tenant } = request.principal;
      agreedCompany(contract, tenant);
      const access = opened?.accesses.get(tenant);
      if (!opened || !access) return createAbsentClient<Versions[Version]>(partner, tenant);
      const connection = opened.connections.get(version);
      if (!connection) throw new TypeError(`the contract with ${partner} has no version ${version}`);
      return createPartnerClient<Versions[Version]>(connection, access, request);
    },
    trials,
    health: () => ({ partner, breaker: worst(opened?.connections.values() ?? []) }),
    close: async () => {
      await trials.close();
      await opened?.close();
    },
  };
}

function worst(connections: Iterable<PartnerConnection>): ReturnType<Resilience['breakerState']> {
  const states = new Set([...connections].map(({ resilience }) => resilience.breakerState()));
  return (['open', 'half-open'] as const).find((state) => states.has(state)) ?? 'closed';
}

type ReachableOptions = PartnerOptions & { readonly contract: ReachableContract };

interface OpenedPartner {
  /** By the name of the version. */
  readonly connections: ReadonlyMap<string, PartnerConnection>;
  readonly accesses: ReadonlyMap<TenantId, CompanyAccess>;
  close(): Promise<void>;
}

async function open(options: ReachableOptions): Promise<OpenedPartner> {
  const { contract, identity, metrics, redis, announce } = options;
  const transport = createTransport(contract, identity);
  const allowance = openAllowance(contract, redis);
  const turns = createTurns(contract, allowance);
  const accesses = await Promise.all(
    Object.entries(contract.companies).map(([company, { clientId }]) =>
      openAccess(options, inTurnOf(company, turns, transport), tenantId(company), clientId),
    ),
  );
  return {
    connections: new Map(
      Object.entries(contract.versions).map(([version, { basePath, sunset }]) => {
        const resilience = createResilience(contract, version, turns, metrics);
        const companies = usersOf(version, contract);
        const noteEnd = createEndNotes(contract.partner, version, sunset, metrics.versions, (end) =>
          announce?.({ ...end, companies }),
        );
        return [version, { contract, version, basePath, noteEnd, transport, metrics, resilience }] as const;
      }),
    ),
    accesses: new Map(accesses.map((access) => [access.tenant, access])),
    close: async () => {
      await transport.close();
      await allowance.close();
    },
  };
}

function usersOf(wanted: string, { companies }: Contract): readonly string[] {
  const users = Object.entries(companies).filter(
    ([, { version, canary }]) => version === wanted || canary?.version === wanted,
  );
  return users.map(([company]) => company);
}

/** For what a company asks beside its requests: tokens and keys. */
function inTurnOf(company: string, turns: Turns, { send }: Transport): Pick<Transport, 'send'> {
  return {
    send: (exchange) => turns.run({ company, isBackground: false, signal: exchange.signal }, () => send(exchange)),
  };
}

async function openAccess(
  { contract, masterKey, secrets, dataDirectory }: ReachableOptions,
  transport: Pick<Transport, 'send'>,
  tenant: TenantId,
  clientId: string,
): Promise<CompanyAccess> {
  const { partner, authentication, encryption } = contract;
  const parts = { secrets, envelope: createEnvelope(masterKey.ring('envelope:partners')), dataDirectory };
  if (authentication.method === 'login') {
    const passwords = await loadCompanyPassword(parts, partner, tenant);
    const credentials = createCredentials(partner, () =>
      askWithEither(passwords(), (password) =>
        requestByLogin(contract, authentication.loginPath, { username: clientId, password }, transport),
      ),
    );
    return { tenant, credentials, encryption: undefined };
  }
  const keys = await loadCompanyKeys(parts, partner, tenant);
  return {
    tenant,
    credentials: createCredentials(partner, () =>
      askWithEither(keys(), ({ signing }) =>
        requestByAssertion(contract, authentication.tokenPath, { clientId, signing }, transport),
      ),
    ),
    encryption:
      encryption &&
      createPayloadEncryption(
        partner,
        encryption,
        () => keys().map(({ decryption }) => decryption),
        createPartnerKeySource(contract, encryption, transport),
      ),
  };
}
