/** Which parts of the data the fetches of a plan look into, after others have brought them. */
import type { PlanNode, QueryPlanSelectionNode, ResponsePath } from '@apollo/query-planner';

/** Response keys from the root; positions of lists are left out. */
export type KeyPath = readonly string[];

export interface Needs {
  /** Whether a fetch goes through what stands at `path`, or begins there. */
  isPassed(path: KeyPath): boolean;
  /** Whether a fetch for the objects at `path` has to say what stands under `key`. */
  isRequired(path: KeyPath, key: string): boolean;
}

/** @returns undefined when a fetch may look anywhere */
export function needsOf(root: PlanNode | undefined): Needs | undefined {
  const places: Place[] = [];
  if (root && !collect(root, [], places)) return undefined;
  return {
    isPassed: (path) => places.some((place) => path.every((key, index) => key === place.path[index])),
    isRequired: (path, key) =>
      places.some(
        (place) =>
          place.keys.has(key) &&
          place.path.length === path.length &&
          path.every((part, index) => part === place.path[index]),
      ),
  };
}

interface Place {
  readonly path: KeyPath;
  readonly keys: ReadonlySet<string>;
}

/** @returns false when it can't be told */
function collect(node: PlanNode, path: ResponsePath, places: Place[]): boolean {
  switch (node.kind) {
    case 'Fetch': {
      if (node.contextRewrites && node.contextRewrites.length > 0) return false;
      if (!node.requires) return true;
      const keys = keysOf(path);
      if (!keys.every((key) => /^\w+$/.test(key))) return false;
      places.push({ path: keys, keys: new Set(requiredKeys(node.requires)) });
      return true;
    }
    case 'Flatten':
      return collect(node.node, [...path, ...node.path], places);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.every((child) => collect(child, path, places));
    case 'Condition':
      return [node.ifClause, node.elseClause].every((clause) => !clause || collect(clause, path, places));
    default:
      return false;
  }
}

export function keysOf(path: ResponsePath): KeyPath {
  return path.map(String).filter((part) => part !== '@');
}

function requiredKeys(selections: readonly QueryPlanSelectionNode[]): readonly string[] {
  return selections.flatMap((node) =>
    node.kind === 'Field' ? [node.alias ?? node.name] : requiredKeys(node.selections),
  );
}
