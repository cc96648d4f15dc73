import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const COMMUNAL = fileURLToPath(new URL('../subgraphs/communal/partner', import.meta.url));
const COMMAND = fileURLToPath(new URL('partner.ts', import.meta.url));

const lint = (...folders: readonly string[]): Promise<{ readonly code: number; readonly lines: readonly string[] }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, 'lint', ...folders], (error, _, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, lines: stderr.split('\n').filter((line) => line !== '') }),
    );
  });

it('finds nothing in the contracts that are in force', async () => {
  expect(await lint()).toEqual({ code: 0, lines: [] });
});

it('says a line for each finding in others, and ends with an error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'partner-'));
  await cp(COMMUNAL, folder, { recursive: true });
  const file = join(folder, 'contract.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('residences: 500', 'residences: 501').replace('basePath: /v1', 'basePath: /v2'));
  const { code, lines } = await lint(folder);
  await rm(folder, { recursive: true });
  expect(code).toBe(1);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /contract\.yaml:5 versions\.v1\.basePath: give \/v1, as the servers of the document have it\.$/,
    ),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/contract\.yaml:\d+ limits\.batches\.residences: give at most 500, which is maxItems/),
  );
});
