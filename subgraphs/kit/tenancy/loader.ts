/**
 * DataLoaders that can't reach outside the principal's company. Made anew for each request, in `services(request)`:
 * nothing that one request loaded is ever seen by another.
 */
import DataLoader from 'dataloader';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import { encodeId, type ResidenceKey, type TenantId, type TypedId } from './ids.ts';

const GREATEST_BATCH = 100;

export interface TenantLoaderOptions {
  /** Greatest number of keys in one call of the batch function, such as the partner's limit; 100 by default. */
  readonly maxBatchSize?: number;
}

export interface TenantLoader<Key, Value> {
  /** null: there is no such object, or it is another company's. */
  load(key: Key): Promise<Value | null>;
  loadMany(keys: readonly Key[]): Promise<readonly (Value | null)[]>;
  /** Forgets what was loaded for the key: it was changed. */
  clear(key: Key): void;
}

/** Values in the order of `keys`; null where there is none, an Error where that one can't be had. */
export type LoadBatch<Key, Value> = (
  keys: readonly Key[],
  tenant: TenantId,
) => Promise<readonly (Value | null | Error)[]>;

/**
 * A loader by id. A foreign id is answered with null before `loadBatch` is called, exactly as an absent one.
 *
 * @example
 * const devices = createTenantLoader(request, (ids, tenant) => client.readDevices(tenant, ids), { maxBatchSize: 300 });
 */
export function createTenantLoader<Value>(
  request: SubgraphRequest,
  loadBatch: LoadBatch<TypedId, Value>,
  options: TenantLoaderOptions = {},
): TenantLoader<TypedId, Value> {
  const { tenant } = request.principal;
  const loader = new DataLoader<TypedId, Value | null, string>((ids) => loadBatch(ids, tenant), {
    cacheKeyFn: encodeId,
    maxBatchSize: options.maxBatchSize ?? GREATEST_BATCH,
  });
  const load = async (id: TypedId): Promise<Value | null> => (id.tenant === tenant ? loader.load(id) : null);
  return { load, loadMany: (ids) => Promise.all(ids.map(load)), clear: (id) => void loader.clear(id) };
}

/**
 * A loader by residence. A residence's key says nothing of its company; the batch function is therefore always given
 * the principal's, and has no way to name another.
 */
export function createResidenceLoader<Value>(
  request: SubgraphRequest,
  loadBatch: LoadBatch<ResidenceKey, Value>,
  options: TenantLoaderOptions = {},
): TenantLoader<ResidenceKey, Value> {
  const { tenant } = request.principal;
  const loader = new DataLoader<ResidenceKey, Value | null>((residences) => loadBatch(residences, tenant), {
    maxBatchSize: options.maxBatchSize ?? GREATEST_BATCH,
  });
  const load = (residence: ResidenceKey): Promise<Value | null> => loader.load(residence);
  return {
    load,
    loadMany: (residences) => Promise.all(residences.map(load)),
    clear: (residence) => void loader.clear(residence),
  };
}
