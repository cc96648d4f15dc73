/**
 * - `npm run partner -- lint [folder]`: compares the contracts with the partners' OpenAPI documents and with our clients.
 * - `npm run partner -- check <partner> <document> [version]`: says what breaks when the document takes the place of the
 *   partner's own of this version; without one, of the version whose base path it has, or of the last.
 *
 * A line for each finding, and exit code 1 when there is one.
 *
 * - `npm run partner -- dead-letters <partner>`: the events of the partner that weren't understood, a line for each, which
 *   says nothing of what is in it. With `--replay` its running subgraph takes them in once more.
 */
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { listDeadLetters, markDeadLetter } from '@commonhold/kit/events/dead-letters.ts';
import { checkDocument } from '@commonhold/kit/partner/check/check-document.ts';
import { readContract } from '@commonhold/kit/partner/contract-findings.ts';
import { lintContract } from '@commonhold/kit/partner/lint/lint-contract.ts';
import { loadOpenApiDocument } from '@commonhold/kit/sandbox/openapi-document.ts';
import { dataDirectory } from '@commonhold/platform/addresses.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { runCommand } from '@commonhold/schema/cli/run-command.ts';
import { PARTNER_FOLDERS } from './partner-folders.ts';

await runCommand('partner', async () => {
  const [command = '', ...args] = process.argv.slice(2);
  const findings = await run(command, args);
  for (const finding of findings) process.stderr.write(`${finding}.\n`);
  if (findings.length > 0) process.exitCode = 1;
});

async function run(command: string, [first, second, third, ...others]: readonly string[]): Promise<readonly string[]> {
  if (command === 'lint' && second === undefined) return lint(first);
  if (command === 'check' && first !== undefined && second !== undefined && others.length === 0) {
    return check(first, pathToFileURL(resolve(second)), third);
  }
  if (command === 'dead-letters' && first !== undefined && third === undefined) {
    if (second === undefined || second === '--replay') return deadLetters(first, second !== undefined);
  }
  throw new StartupError(
    `There is no command "${[command, first].join(' ').trim()}"`,
    'say lint, and a partner folder if not all are meant; check, a partner, a document and perhaps a version; or dead-letters, a partner and perhaps --replay',
  );
}

async function lint(folder: string | undefined): Promise<readonly string[]> {
  const folders = folder === undefined ? PARTNER_FOLDERS : [pathToFileURL(`${resolve(folder)}/`)];
  const findings = (await Promise.all(folders.map(lintContract))).flat();
  return findings.map(
    ({ file, line, member, remedy }) => `${relative(process.cwd(), fileURLToPath(file))}:${line} ${member}: ${remedy}`,
  );
}

async function check(partner: string, document: URL, named: string | undefined): Promise<readonly string[]> {
  const { folder, versions } = await contractWith(partner);
  const { base } = await loadOpenApiDocument(document);
  const [sameBase] = Object.entries(versions).find(([, { basePath }]) => basePath === base) ?? [];
  const version = named ?? sameBase ?? Object.keys(versions).at(-1) ?? '';
  if (!Object.hasOwn(versions, version)) {
    throw new StartupError(`${partner} has no version ${version}`, `name one of ${Object.keys(versions).join(', ')}`);
  }
  const found = await checkDocument(folder, version, document);
  return found.map(({ where, what }) => `${version} ${where}: ${what}`);
}

async function deadLetters(partner: string, isReplay: boolean): Promise<readonly string[]> {
  const masterKey = await loadMasterKey(process.env);
  const envelope = createEnvelope(masterKey.ring('envelope:dead-letters'));
  const folder = { dataDirectory: dataDirectory(process.env), partner, envelope };
  for (const letter of await listDeadLetters(folder)) {
    const { receivedAt, company, id, place, body } = letter;
    process.stdout.write(`${receivedAt} ${company} ${id}: ${body.length} bytes, not understood at ${place}\n`);
    if (isReplay) await markDeadLetter(folder, letter);
  }
  return [];
}

async function contractWith(partner: string) {
  for (const folder of PARTNER_FOLDERS) {
    const read = readContract(await readFile(new URL('contract.yaml', folder), 'utf8'));
    if (read.kind === 'read' && read.contract.partner === partner) return { folder, versions: read.contract.versions };
  }
  throw new StartupError(`There is no partner ${partner}`, 'name it as its contract does');
}
