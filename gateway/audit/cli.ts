/**
 * `npm run audit -- verify`: says whether the record of access is whole, or names the first entry that isn't. Where there
 * are several, of workers, each of them.
 * `npm run audit -- export`: the same, and the entries as JSON lines on standard output, one record after the other.
 */
import { dataDirectory } from '@commonhold/platform/addresses.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { readRecordKey } from './record-key.ts';
import { recordPlace, recordPlaces } from './record-place.ts';
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
  const data = dataDirectory(process.env);
  const masterKey = await loadMasterKey(process.env);
  const print = command === 'export' ? (line: string) => process.stdout.write(`${line}\n`) : undefined;
  const found = await recordPlaces(data);
  let exitCode = 0;
  for (const place of found.length > 0 ? found : [recordPlace(data)]) {
    const verdict = await verifyRecord(place.directory, await readRecordKey(place, masterKey), print);
    const which = found.length > 1 ? ` ${place.name}` : '';
    if (verdict.kind === 'whole') {
      process.stderr.write(`The record${which} is whole: ${verdict.entries} in order.\n`);
    } else {
      process.stderr.write(`Entry ${verdict.entry}${which && ` of${which}`} is broken: ${verdict.reason}.\n`);
      exitCode = 1;
    }
  }
  return exitCode;
}
