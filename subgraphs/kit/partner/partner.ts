/**
 * One partner, as a subgraph's composition root makes it: contract, connections, keys and credentials of each company.
 *
 * @example
 * const contract = await loadContract(new URL('./partner/contract.yaml', import.meta.url), process.env);
 * const partner = await createPartner<paths>({ contract, identity, masterKey, dataDirectory, metrics });
 * // per request:
 * const client = partner.forRequest(request);
 */
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { type TenantId, tenantId } from '../tenancy/ids.ts';
import type { Principal } from '../tenancy/principal.ts';
import {
  type CompanyAccess,
  createPartnerClient,
  type PartnerClient,
  type PartnerConnection,
  type PartnerRequest,
} from './client.ts';
import { loadCompanyKeys } from './company-keys.ts';
import type { Contract } from './contract.ts';
import { type Credentials, createTokenCredentials } from './credentials.ts';
import type { PartnerMetrics } from './metrics.ts';
import { PartnerError } from './partner-error.ts';
import { createPartnerKeySource, createPayloadEncryption } from './payload-encryption.ts';
import { createResilience, type Resilience } from './resilience.ts';
import { createTransport, type Transport } from './transport.ts';

export interface PartnerOptions {
  readonly contract: Contract;
  readonly identity: ServiceIdentity;
  readonly masterKey: MasterKey;
  readonly dataDirectory: string;
  /** One set for all partners of the process: `createPartnerMetrics(registry)`. */
  readonly metrics: PartnerMetrics;
  /** For a contract whose authentication is `login`: how a company logs in. */
  readonly login?: (company: TenantId, transport: Transport) => Credentials;
}

export interface Partner<Paths> {
  readonly contract: Contract;
  /** Whether the partner serves this company at all. */
  serves(company: TenantId): boolean;
  /**
   * The client of the request's own company. There is no way to name another.
   *
   * @throws {PartnerError} PARTNER_REJECTED when the contract doesn't list the company
   */
  forRequest(request: PartnerRequest & { readonly principal: Principal }): PartnerClient<Paths>;
  health(): { readonly partner: string; readonly breaker: ReturnType<Resilience['breakerState']> };
  close(): Promise<void>;
}

/** @throws {StartupError} when a company's keys are missing or broken. */
export async function createPartner<Paths>(options: PartnerOptions): Promise<Partner<Paths>> {
  const { contract, identity, metrics } = options;
  const transport = createTransport(contract, identity);
  const connection: PartnerConnection = {
    contract,
    transport,
    metrics,
    resilience: createResilience(contract, metrics),
  };
  const companies = await Promise.all(
    Object.entries(contract.companies).map(([company, { clientId }]) =>
      openAccess(options, transport, tenantId(company), clientId),
    ),
  );
  const accessOf: ReadonlyMap<TenantId, CompanyAccess> = new Map(companies.map((access) => [access.tenant, access]));

  return {
    contract,
    serves: (company) => accessOf.has(company),
    forRequest: (request) => {
      const access = accessOf.get(request.principal.tenant);
      if (!access) {
        throw new PartnerError(contract.partner, 'PARTNER_REJECTED', {
          detail: 'the contract does not list the company',
          mayHaveTakenEffect: false,
        });
      }
      return createPartnerClient<Paths>(connection, access, request);
    },
    health: () => ({ partner: contract.partner, breaker: connection.resilience.breakerState() }),
    close: () => transport.close(),
  };
}

async function openAccess(
  { contract, masterKey, dataDirectory, login }: PartnerOptions,
  transport: Transport,
  tenant: TenantId,
  clientId: string,
): Promise<CompanyAccess> {
  const { partner, authentication, encryption } = contract;
  if (authentication.method === 'login') {
    if (!login || encryption) {
      throw new StartupError(
        `The contract with ${partner} asks for a login that the subgraph does not bring`,
        'correct `authentication` or `encryption` in the contract',
      );
    }
    return { tenant, credentials: login(tenant, transport), encryption: undefined };
  }
  const envelope = createEnvelope(masterKey.derive('envelope:partners'));
  const { signing, decryption } = await loadCompanyKeys(dataDirectory, envelope, partner, tenant);
  return {
    tenant,
    credentials: createTokenCredentials(contract, { clientId, signing }, transport),
    encryption:
      encryption &&
      createPayloadEncryption(partner, encryption, decryption, createPartnerKeySource(contract, encryption, transport)),
  };
}
