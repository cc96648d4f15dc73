/**
 * Compares a contract with what surrounds it: for each of its versions the partner's OpenAPI document, and the calls that
 * our client makes.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { readContract } from '../contract-findings.ts';
import { lintAuthentication } from './authentication.ts';
import { clientCalls, lintCalls } from './client-calls.ts';
import { lintEncryption } from './encryption.ts';
import { lintErrors } from './errors.ts';
import { lintEvents } from './events.ts';
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

const CHECKS: readonly Check[] = [lintAuthentication, lintEncryption, lintBatches, lintRetries, lintErrors, lintEvents];

/**
 * @param folder with `contract.yaml`, `openapi/` and the client in it, or a client of each version in a folder of its name
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
  const findings = await Promise.all(
    Object.entries(contract.versions).map(async ([version, { basePath }]): Promise<readonly LintFinding[]> => {
      const document = await readPartnerDocument(new URL(`openapi/${version}.yaml`, folder));
      if (document.kind === 'broken') return [at([['versions', version], document.remedy])];
      const calls = await clientCalls(folder, version);
      return [
        ...lintBasePath(version, basePath, document).map(at),
        ...CHECKS.flatMap((check) => check(contract, document)).map(at),
        ...(calls.length === 0 ? [at([['versions', version], 'take it out, or call it: no client does'])] : []),
        ...lintCalls(calls, basePath, document),
      ];
    }),
  );
  return withoutRepetitions(findings.flat());
}

function lintBasePath(version: string, basePath: string, document: PartnerDocument): readonly Complaint[] {
  if (basePath === document.basePath) return [];
  const remedy = `give ${document.basePath || 'nothing'}, as the servers of the document have it`;
  return [[['versions', version, 'basePath'], remedy]];
}

/** What holds for several versions is said once. */
function withoutRepetitions(findings: readonly LintFinding[]): readonly LintFinding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
