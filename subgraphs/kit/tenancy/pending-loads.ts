/**
 * Lets a loader's batch wait until other loads of the request have ended, so that what is asked for as a consequence of
 * several of them goes in one call.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface PendingLoads {
  /** Begins a load, and counts it as under way until it has ended. */
  during<Result>(begin: () => Promise<Result>): Promise<Result>;
  /** For DataLoader's `batchScheduleFn`: dispatches a batch once nothing is under way. */
  whenSettled(dispatch: () => void): void;
}

/**
 * Made anew for each request. What waits must not itself be waited for by what is under way.
 *
 * @example
 * const pending = createPendingLoads();
 * const meters = createResidenceLoader(request, (keys) => pending.during(() => readMeters(keys)));
 * const readings = new DataLoader(readReadings, { batchScheduleFn: pending.whenSettled });
 */
export function createPendingLoads(): PendingLoads {
  const underWay = new Set<Promise<unknown>>();
  const settle = async (): Promise<void> => {
    do {
      await Promise.allSettled(underWay);
      // Resolvers that waited go on first, and may begin further loads.
      await nextTurn();
    } while (underWay.size > 0);
  };
  return {
    during: (begin) => {
      const load = begin();
      underWay.add(load);
      const end = (): void => void underWay.delete(load);
      load.then(end, end);
      return load;
    },
    whenSettled: (dispatch) => void settle().then(dispatch),
  };
}
