/** The operations that our client calls are there, and not about to be taken away. */
import { readdir, readFile } from 'node:fs/promises';
import type { Check, LintFinding } from './lint-contract.ts';
import { type PartnerDocument, routeOf } from './partner-document.ts';

export interface ClientCall {
  readonly file: URL;
  readonly line: number;
  readonly method: string;
  readonly path: string;
}

const CALL = /\.call\(\s*'(\w+)',\s*'([^']+)'/g;

/** Calls in the files of the partner's folder; a folder in it may be another partner's. */
export async function clientCalls(folder: URL): Promise<readonly ClientCall[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort();
  const found = names.map(async (name) => {
    const file = new URL(name, folder);
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
  { basePath }: Parameters<Check>[0],
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
