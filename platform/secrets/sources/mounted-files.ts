/**
 * A folder with a file for each secret, mounted read-only, as an orchestrator does it. A link, as Kubernetes makes them,
 * has to stay within the folder.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../../startup-error.ts';
import { checkedName, type SecretSource } from '../secret-source.ts';
import { readFileGenerations } from './file-generations.ts';

/** @throws {StartupError} when there is no such folder */
export async function openMountedFiles(folder: string): Promise<SecretSource> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new StartupError('The folder that SECRETS names is missing', 'mount it, or name another one');
  }
  return {
    read: (name) =>
      readFileGenerations({ file: join(folder, checkedName(name)), folder, called: `The file of the secret ${name}` }),
  };
}
