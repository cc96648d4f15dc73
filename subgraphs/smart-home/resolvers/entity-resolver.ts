/** The type of the entity resolvers: the kit gives the reference parsed and checked, not as it came. */
import type { Reference } from '@commonhold/kit/shield/reference-resolvers.ts';
import type { SubgraphContext } from '@commonhold/kit/subgraph-definition.ts';
import type { Services } from '../loaders.ts';

/** The generated resolvers of a type with the reference resolver that the kit calls. */
export type EntityResolvers<Generated extends object, Parent> = Omit<Generated, '__resolveReference'> & {
  __resolveReference(reference: Reference, context: SubgraphContext<Services>): Promise<Parent | null> | Parent | null;
};
