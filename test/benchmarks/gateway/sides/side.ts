import type { LoadRequest } from '../../measure/load.ts';
import type { Graph } from '../graphs.ts';
import type { Work } from '../works.ts';

/** One way to answer the works: what is measured, and what it is measured against. */
export interface Side {
  readonly name: string;
  /** Every process whose cost counts. */
  readonly processIds: readonly number[];
  /** Begins to count. @returns what ends it, and gives the bytes that all of them have allocated since */
  countAllocations(): Promise<() => Promise<number>>;
  request(work: Work): LoadRequest;
  stop(): Promise<void>;
}

/** Starts a side that serves a graph, and whose partners answer at `stubPort`. */
export type StartSide = (stubPort: number, graph: Graph) => Promise<Side>;
