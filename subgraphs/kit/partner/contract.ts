/**
 * A partner's contract: everything that was agreed with one partner, in one YAML file that people of both sides can
 * read, parsed once at start into the type that the client works by.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProduction } from '@commonhold/platform/configuration.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { z } from 'zod';
import { readContract } from './contract-findings.ts';
import type { contractSchema } from './contract-schema.ts';
import { resolveAddress } from './partner-address.ts';

export interface Contract extends Omit<z.output<typeof contractSchema>, 'environments'> {
  /** Origin of the partner's API, without a trailing slash; undefined: there is no such partner in this environment. */
  readonly address: string | undefined;
  readonly peer: string | undefined;
  readonly networks: readonly string[] | undefined;
}

/** The contract with a partner that can be connected to. */
export type ReachableContract = Contract & { readonly address: string };

/**
 * Reads and validates a contract.
 *
 * @throws {StartupError} naming the file, the line, the member that is wrong and what to do about it.
 *
 * @example
 * const contract = await loadContract(new URL('./partner/contract.yaml', import.meta.url), process.env);
 */
export async function loadContract(file: URL, environment: NodeJS.ProcessEnv): Promise<Contract> {
  const path = fileURLToPath(file);
  const name = join(basename(dirname(path)), basename(path));
  const text = await readFile(path, 'utf8').catch(() => {
    throw new StartupError(`The partner contract ${name} is missing`, 'restore the file');
  });
  return parseContract(text, name, environment);
}

/** @throws {StartupError} as `loadContract`; `name` is how the file is called in the message. */
export function parseContract(text: string, name: string, environment: NodeJS.ProcessEnv): Contract {
  const read = readContract(text);
  if (read.kind === 'wrong') {
    const [{ line, member, remedy }] = read.findings;
    throw new StartupError(`The partner contract ${name} is wrong at line ${line}, ${member}`, remedy);
  }
  const { environments, ...agreed } = read.contract;
  const chosen = isProduction(environment) ? environments.production : environments.development;
  const address = resolveAddress(chosen.address, name, environment);
  assertTransport(name, agreed.transport, address);
  return { ...agreed, address, peer: chosen.peer, networks: chosen.networks };
}

function assertTransport(name: string, transport: Contract['transport'], address: string | undefined): void {
  if (address !== undefined && address.startsWith('https://') !== (transport === 'mtls')) {
    throw new StartupError(
      `The partner contract ${name} names an address that does not fit its transport ${transport}`,
      `use ${transport === 'mtls' ? 'an https' : 'a plain http'} address`,
    );
  }
}
