/**
 * `npm run audit -- verify`: says whether the record of access is whole, or names the first entry that isn't.
 * `npm run audit -- export`: the same, and the entries as JSON lines on standard output.
 */
import { join } from 'node:path';
import { dataDirectory } from '@commonhold/platform/addresses.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { readRecordKey } from './record-key.ts';
import { verifyRecord } from './verify.ts';

try {
  process.exitCode = await run(process.argv[2]);
} catch (error) {
  process.stderr.write(`audit: ${error instanceof StartupError ? error.message : 'the record cannot be read.'}\n`);
  process.exitCode = 1;
}

async function run(command: string | undefined): Promise<number> {
  if (command !== 'verify' && command !== 'export') {
    throw new StartupError('The command is not known', 'use verify or export');
  }
  const directory = join(dataDirectory(process.env), 'audit');
  const key = await readRecordKey(directory, await loadMasterKey(process.env));
  const print = command === 'export' ? (line: string) => process.stdout.write(`${line}\n`) : undefined;
  const verdict = await verifyRecord(directory, key, print);
  if (verdict.kind === 'whole') {
    process.stderr.write(`The record is whole: ${verdict.entries} in order.\n`);
    return 0;
  }
  process.stderr.write(`Entry ${verdict.entry} is broken: ${verdict.reason}.\n`);
  return 1;
}
