/** What many tests of a run begin with is made once, by the first that needs it; each gets a copy. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Copies what `make` writes to an empty folder into `folder`, with owners and modes.
 *
 * @param name what it is, in one run: whoever gives the same name gets the same
 */
export async function layOut(name: string, folder: string, make: (empty: string) => Promise<void>): Promise<void> {
  // Of one run alone, since what is written has the time in it; jest.config.js names it.
  const templates = process.env['TEST_TEMPLATES'];
  if (!templates) throw new Error('run this test by jest, which says where templates are');
  const template = join(templates, name);
  if (!existsSync(template)) {
    await mkdir(templates, { recursive: true });
    const made = await mkdtemp(join(templates, 'making-'));
    await make(made);
    // A test beside this one may have been sooner; then its template stays.
    await rename(made, template).catch(() => rm(made, { recursive: true, force: true }));
  }
  await mkdir(folder, { recursive: true });
  await copyFolder(template, folder);
}

export async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['--archive', '--reflink=auto', `${from}/.`, to]);
}
