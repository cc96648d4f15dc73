/**
 * Under which names a document uses the federation's policy directives.
 *
 * A document decides itself how it calls them, by `@link` (https://specs.apollo.dev/link/v1.0):
 *
 * 1. imported: `import: ["@policy"]` → `@policy`; `import: [{ name: "@policy", as: "@rule" }]` → `@rule`;
 * 2. of the federation specification, not imported: `@federation__policy`; with `as: "fed"`: `@fed__policy`;
 * 3. linked as a specification of its own, as supergraphs do: `@policy`; with `as: "rule"`: `@rule`.
 *
 * A directive that merely happens to be called `@policy` is none.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql';
import { z } from 'zod';

const POLICY_DIRECTIVES = ['authenticated', 'requiresScopes', 'policy'] as const;

export type PolicyDirective = (typeof POLICY_DIRECTIVES)[number];

export type PolicyDirectiveNames = Readonly<Record<PolicyDirective, ReadonlySet<string>>>;

/**
 * The names, without `@`, by which `document` (a subgraph's SDL or a supergraph) applies each policy directive; an
 * empty set where it can't apply it at all.
 *
 * @example
 * policyDirectiveNames(parse(sdl)).requiresScopes.has('scopes');
 */
export function policyDirectiveNames(document: DocumentNode): PolicyDirectiveNames {
  const features = linkedFeatures(document);
  const namesOf = (directive: PolicyDirective): ReadonlySet<string> =>
    new Set(features.flatMap((feature) => nameIn(feature, directive) ?? []));
  return {
    authenticated: namesOf('authenticated'),
    requiresScopes: namesOf('requiresScopes'),
    policy: namesOf('policy'),
  };
}

interface LinkedFeature {
  /** Last part of the specification's URL before its version, such as `federation` or `policy`. */
  readonly specification: string;
  readonly namespace: string;
  /** Name in the specification → name in the document, both with `@`. */
  readonly imports: ReadonlyMap<string, string>;
}

function nameIn({ specification, namespace, imports }: LinkedFeature, directive: PolicyDirective): string | undefined {
  if (specification !== 'federation' && specification !== directive) return undefined;
  const imported = imports.get(`@${directive}`);
  if (imported) return imported.slice(1);
  return specification === directive ? namespace : `${namespace}__${directive}`;
}

const SPECIFICATION_URL = /^https:\/\/specs\.apollo\.dev\/(?<name>[^/]+)\/v\d+\.\d+\/?$/;

const linkArguments = z.object({
  url: z.string(),
  as: z.string().nullish(),
  import: z.array(z.union([z.string(), z.object({ name: z.string(), as: z.string().nullish() })])).nullish(),
});

/** What the document links. `@link` itself may be renamed too, so it is known by its URL rather than by its name. */
function linkedFeatures(document: DocumentNode): readonly LinkedFeature[] {
  return schemaDirectives(document).flatMap((directive) => {
    const link = linkArguments.safeParse(argumentsOf(directive)).data;
    const specification = link && SPECIFICATION_URL.exec(link.url)?.groups?.['name'];
    if (!specification) return [];
    const imports = (link.import ?? []).map((element): [string, string] =>
      typeof element === 'string' ? [element, element] : [element.name, element.as ?? element.name],
    );
    return [{ specification, namespace: link.as ?? specification, imports: new Map(imports) }];
  });
}

function schemaDirectives(document: DocumentNode): readonly ConstDirectiveNode[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? [])
      : [],
  );
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}
