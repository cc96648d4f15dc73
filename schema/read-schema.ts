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

/** The text of `files`, one after the other. @throws {StartupError} naming the file that is missing. */
export async function readSchemaText(files: readonly URL[]): Promise<string> {
  return (await Promise.all(files.map(readText))).join('\n');
}

async function readSchemaFile(file: URL): Promise<DocumentNode> {
  return parseSchema(await readText(file), pathOf(file));
}

function readText(file: URL): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new StartupError(`The schema file ${pathOf(file)} can't be read`, 'restore it');
  });
}

function pathOf(file: URL): string {
  return relative(process.cwd(), fileURLToPath(file));
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
