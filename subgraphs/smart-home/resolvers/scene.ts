import { residenceId } from '@commonhold/kit/tenancy/ids.ts';
import type { SceneResolvers } from '../generated/resolvers.ts';
import type { SceneParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Scene: EntityResolvers<SceneResolvers, SceneParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.scene.load(id),
  residence: ({ residenceKey }, _, { principal }) => ({ id: residenceId(principal.tenant, residenceKey) }),
};
