/**
 * The way of an SDL into the registry: examine, then publish. An SDL is examined beside the published SDLs of the other
 * subgraphs, because these are what runs; one that was never published counts as it is in the work tree.
 */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { type ComposedSubgraph, composeSupergraph } from './compose-supergraph.ts';
import { assertEveryFieldHasPolicy } from './directives/complete.ts';
import { parseSchema, readSchemaText } from './read-schema.ts';
import type { Publication, Registry } from './registry.ts';
import { type SchemaChanges, schemaChanges } from './schema-changes.ts';
import { SUBGRAPHS, type SubgraphEntry } from './subgraphs.ts';

export interface Examination {
  readonly sdl: string;
  /** undefined: the subgraph was never published, so nobody uses it yet. */
  readonly changes: SchemaChanges | undefined;
}

/**
 * Examines `sdl`, by default the subgraph's SDL in the work tree.
 *
 * @throws {StartupError} when it is broken, a field has no policy, or it doesn't compose with the others.
 */
export async function examine(registry: Registry, subgraph: SubgraphEntry, sdl?: string): Promise<Examination> {
  const text = sdl ?? (await readSchemaText(subgraph.schemaFiles));
  const candidate = toComposed(subgraph, text);
  assertEveryFieldHasPolicy(candidate.document, subgraph.name);
  const current = await Promise.all(SUBGRAPHS.map((entry) => inForce(registry, entry)));
  const next = composeSupergraph(current.map((other) => (other.name === subgraph.name ? candidate : other)));
  const isPublished = (await registry.history(subgraph.name)).length > 0;
  return { sdl: text, changes: isPublished ? schemaChanges(composeSupergraph(current), next) : undefined };
}

/** Examines the work tree's SDL and publishes it. @throws {StartupError} also when there is nothing new. */
export async function publish(registry: Registry, subgraph: SubgraphEntry): Promise<Publication> {
  const { sdl } = await examine(registry, subgraph);
  const latest = (await registry.history(subgraph.name)).at(-1);
  if (latest && (await registry.sdl(subgraph.name, latest.version)) === sdl) {
    throw new StartupError(`${subgraph.name} is published as it is (version ${latest.version})`, 'change it first');
  }
  return registry.publish(subgraph.name, sdl, { routingUrl: subgraph.routingUrl });
}

/**
 * Examines an earlier version, by default the last but one, and publishes it again.
 *
 * @throws {StartupError} when there is none, or it doesn't fit the others any more.
 */
export async function rollback(registry: Registry, subgraph: SubgraphEntry, version?: number): Promise<Publication> {
  const earlier = (await registry.history(subgraph.name)).slice(0, -1);
  const target = version === undefined ? earlier.at(-1) : earlier.find((entry) => entry.version === version);
  if (!target) {
    throw new StartupError(
      `${subgraph.name} has no such version before its latest`,
      'see its history and name another',
    );
  }
  const { sdl } = await examine(registry, subgraph, await registry.sdl(subgraph.name, target.version));
  return registry.publish(subgraph.name, sdl, { routingUrl: target.routingUrl, restores: target.version });
}

async function inForce(registry: Registry, subgraph: SubgraphEntry): Promise<ComposedSubgraph> {
  const latest = (await registry.history(subgraph.name)).at(-1);
  return toComposed(
    subgraph,
    latest ? await registry.sdl(subgraph.name, latest.version) : await readSchemaText(subgraph.schemaFiles),
  );
}

function toComposed({ name, routingUrl }: SubgraphEntry, sdl: string): ComposedSubgraph {
  return { name, routingUrl, document: parseSchema(sdl, `${name}/schema.graphql`) };
}
