/** A CPU profile of V8's → frames: how long each function ran, by who called it. */
import { z } from 'zod';

const cpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).default([]),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

export interface Frame {
  readonly name: string;
  /** Where the function is from: a package, a folder of ours, Node itself. */
  readonly origin: string;
  /** In it and in what it calls; microseconds. */
  readonly time: number;
  readonly children: readonly Frame[];
}

/** Idle time, and that of whoever records, isn't part of it. */
export function framesOf(text: string): Frame {
  const { nodes, samples, timeDeltas } = cpuProfile.parse(JSON.parse(text));
  const own = new Map<number, number>();
  for (const [index, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const frameOf = (id: number): Frame | undefined => {
    const node = byId.get(id);
    if (!node || node.callFrame.functionName === '(idle)' || node.callFrame.url.includes('inspector')) return undefined;
    const children = node.children.flatMap((child) => frameOf(child) ?? []);
    const time = children.reduce((total, child) => total + child.time, own.get(id) ?? 0);
    return { name: node.callFrame.functionName || '(anonymous)', origin: originOf(node.callFrame.url), time, children };
  };
  const root = frameOf(nodes[0]?.id ?? 0);
  if (!root) throw new TypeError('the profile is empty');
  return root;
}

function originOf(url: string): string {
  const [, library] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (library !== undefined && !library.startsWith('@commonhold')) return library;
  const [, own] = /\/((?:gateway|platform|schema)\/[\w-]+)/.exec(url) ?? [];
  return own ?? 'node';
}
