/**
 * `npm run generate`: writes the generated files. With `--check` it writes nothing, names those that aren't what the
 * SDLs make of them, and ends with exit code 1.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { type GeneratedFile, generateFiles, staleFiles } from '../generated-files.ts';
import { SUBGRAPHS } from '../subgraphs.ts';
import { runCommand } from './run-command.ts';

await runCommand('generate', async () => {
  const stale = await staleFiles(await generateFiles(SUBGRAPHS));
  if (process.argv.includes('--check')) {
    if (stale.length > 0) throw new StartupError(`Stale: ${stale.map(nameOf).join(', ')}`, 'run `npm run generate`');
    return;
  }
  for (const { file, text } of stale) {
    await mkdir(new URL('.', file), { recursive: true });
    await writeFile(file, text);
    process.stdout.write(`wrote ${nameOf({ file })}\n`);
  }
});

function nameOf({ file }: Pick<GeneratedFile, 'file'>): string {
  return relative(process.cwd(), fileURLToPath(file));
}
