/** SDL files → one parsed document. */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { concatAST, type DocumentNode, GraphQLError, parse, Source } from 'graphql';

/**
 * Reads and parses `files`, in this order, as one document.
 *
 * @throws {StartupError} naming the file that is missing or isn't GraphQL, with line and column.
 */
export async function readSchema(files: readonly URL[]): Promise<DocumentNode> {
  return concatAST(await Promise.all(files.map(readSchemaFile)));
}

async function readSchemaFile(file: URL): Promise<DocumentNode> {
  const path = relative(process.cwd(), fileURLToPath(file));
  const text = await readFile(file, 'utf8').catch(() => {
    throw new StartupError(`The schema file ${path} can't be read`, 'restore it');
  });
  return parseSchema(text, path);
}

/** @throws {StartupError} naming `path`, line and column when `text` isn't GraphQL. */
export function parseSchema(text: string, path: string): DocumentNode {
  try {
    return parse(new Source(text, path));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    throw new StartupError(
      `The schema file ${path} isn't GraphQL at line ${place?.line}, column ${place?.column} (${error.message})`,
      'correct it',
    );
  }
}
