/** The operations that our client calls are there, and not about to be taken away. */
import { readdir, readFile } from 'node:fs/promises';
import type { LintFinding } from './lint-contract.ts';
import { type PartnerDocument, routeOf } from './partner-document.ts';

export interface ClientCall {
  readonly file: URL;
  readonly line: number;
  readonly method: string;
  readonly path: string;
}

const CALL = /\.call\(\s*'(\w+)',\s*'([^']+)'/g;

/** The files of the version's folder in the partner's, or of the partner's own where there is none. */
export async function clientFiles(partner: URL, version: string): Promise<readonly URL[]> {
  const inside = await readdir(partner, { withFileTypes: true });
  const hasOwnFolder = inside.some((entry) => entry.isDirectory() && entry.name === version);
  const folder = hasOwnFolder ? new URL(`${version}/`, partner) : partner;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return names.sort().map((name) => new URL(name, folder));
}

export async function clientCalls(partner: URL, version: string): Promise<readonly ClientCall[]> {
  const files = await clientFiles(partner, version);
  const found = files.map(async (file) => {
    const text = await readFile(file, 'utf8');
    return [...text.matchAll(CALL)].map((match) => {
      const [, method = '', path = ''] = match;
      return { file, line: text.slice(0, match.index).split('\n').length, method, path };
    });
  });
  return (await Promise.all(found)).flat();
}

export function lintCalls(
  calls: readonly ClientCall[],
  basePath: string,
  { operations }: PartnerDocument,
): readonly LintFinding[] {
  return calls.flatMap(({ file, line, method, path }) => {
    const called = operations.find(
      (operation) => operation.method === method && operation.route === routeOf(basePath, path),
    );
    const member = `${method.toUpperCase()} ${path}`;
    if (!called) return [{ file, line, member, remedy: 'call an operation that the document of this version has' }];
    return called.isDeprecated
      ? [{ file, line, member, remedy: 'call another: the document says that it is deprecated' }]
      : [];
  });
}
