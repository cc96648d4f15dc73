/**
 * What a planning thread runs: one plan after the other, so that one that takes long delays nothing but the plans behind
 * it.
 */
import { setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import { createPlanner } from './planner.ts';

/** Requests go first, and yet an operation that nobody has asked for is planned on a busy machine, too. */
const NICENESS = 4;

// The pool's own data comes first.
const [, { sdl }] = z.tuple([z.unknown(), z.object({ sdl: z.string() })]).parse(workerData);

// On Linux, of the thread that calls alone.
if (process.platform === 'linux') setPriority(NICENESS);

export default createPlanner(sdl);
