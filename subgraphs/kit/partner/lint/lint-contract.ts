/**
 * Compares a contract with what surrounds it: the partner's OpenAPI document of its version, and the calls that our client
 * makes.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { readContract } from '../contract-findings.ts';
import { lintAuthentication } from './authentication.ts';
import { clientCalls, lintCalls } from './client-calls.ts';
import { lintEncryption } from './encryption.ts';
import { lintErrors } from './errors.ts';
import { lintBatches } from './limits.ts';
import { type PartnerDocument, readPartnerDocument } from './partner-document.ts';
import { lintRetries } from './retries.ts';

export interface LintFinding {
  readonly file: URL;
  readonly line: number;
  readonly member: string;
  readonly remedy: string;
}

/** What one check has to say: which member of the contract, and what to do about it. */
export type Complaint = readonly [member: readonly PropertyKey[], remedy: string];

export type Check = (
  contract: Extract<ReturnType<typeof readContract>, { kind: 'read' }>['contract'],
  document: PartnerDocument,
) => readonly Complaint[];

const CHECKS: readonly Check[] = [
  ({ basePath }, document) =>
    basePath === document.basePath
      ? []
      : [[['basePath'], `give ${document.basePath || 'nothing'}, as the servers of the document have it`]],
  lintAuthentication,
  lintEncryption,
  lintBatches,
  lintRetries,
  lintErrors,
];

/**
 * @param folder with `contract.yaml`, `openapi/` and the client in it
 * @throws {StartupError} when there is no contract in it
 *
 * @example
 * await lintContract(new URL('../communal/partner/', import.meta.url));
 */
export async function lintContract(folder: URL): Promise<readonly LintFinding[]> {
  const file = new URL('contract.yaml', folder);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new StartupError(`There is no contract in ${fileURLToPath(folder)}`, 'name a folder that has one');
  });
  const read = readContract(text);
  if (read.kind === 'wrong') return read.findings.map((finding) => ({ file, ...finding }));
  const { contract, lineOf } = read;
  const at = ([member, remedy]: Complaint): LintFinding => ({
    file,
    line: lineOf(member),
    member: member.map(String).join('.'),
    remedy,
  });
  const document = await readPartnerDocument(new URL(`openapi/${contract.apiVersion}.yaml`, folder));
  if (document.kind === 'broken') return [at([['apiVersion'], document.remedy])];
  return [
    ...CHECKS.flatMap((check) => check(contract, document)).map(at),
    ...lintCalls(await clientCalls(folder), contract, document),
  ];
}
