/**
 * A partner's contract: everything that was agreed with one partner, in one YAML file that people of both sides can
 * read, parsed once at start into the type that the client works by.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProduction } from '@commonhold/platform/configuration.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { contractSchema } from './contract-schema.ts';
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
 * @throws {StartupError} naming the file, the line and the member that is wrong.
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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) {
    const [{ line }] = broken.linePos ?? [{ line: 1 }];
    throw new StartupError(`The partner contract ${name} is not YAML at line ${line}`, 'correct the file');
  }
  const parsed = contractSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const place = [...(issue?.path ?? []), ...unknown].map(String);
    const line = lines.linePos(offsetOf(document, place)).line;
    const member = place.length > 0 ? place.join('.') : 'the file';
    throw new StartupError(
      `The partner contract ${name} is wrong at line ${line}, ${member}`,
      `correct it (${issue?.message ?? 'invalid'})`,
    );
  }
  const { environments, ...agreed } = parsed.data;
  const chosen = isProduction(environment) ? environments.production : environments.development;
  const address = resolveAddress(chosen.address, name, environment);
  assertTransport(name, agreed, chosen, address);
  if (agreed.encryption && agreed.authentication.method === 'login') {
    throw new StartupError(
      `The partner contract ${name} asks for encryption, and for a login, which brings no key for it`,
      'leave out `encryption`, and say in `gaps` what that means',
    );
  }
  return { ...agreed, address, peer: chosen.peer, networks: chosen.networks };
}

/** Plain http is taken only where the contract says why, and within which networks. */
function assertTransport(
  name: string,
  { transport, unencrypted }: Pick<Contract, 'transport' | 'unencrypted'>,
  { networks }: { readonly networks?: readonly string[] | undefined },
  address: string | undefined,
): void {
  if (transport === 'http' && !(unencrypted && networks)) {
    throw new StartupError(
      `The partner contract ${name} asks for the transport http without \`unencrypted\` and \`networks\``,
      'say why it cannot be mtls, and name the private networks that the partner is spoken to in',
    );
  }
  if (address !== undefined && address.startsWith('https://') !== (transport === 'mtls')) {
    throw new StartupError(
      `The partner contract ${name} names an address that does not fit its transport ${transport}`,
      `use ${transport === 'mtls' ? 'an https' : 'a plain http'} address`,
    );
  }
}

/** Where the deepest member of `place` that exists begins; a missing member is looked for in its parent. */
function offsetOf(document: ReturnType<typeof parseDocument>, place: readonly string[]): number {
  for (let depth = place.length; depth >= 0; depth -= 1) {
    const inside = place.slice(0, depth);
    const node = inside.length === 0 ? document.contents : document.getIn(inside, true);
    if (isMap(node) && inside.length === 0) return 0;
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
