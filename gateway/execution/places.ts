/** The objects at a path of a plan, where `@` stands for every position of a list, and where exactly each of them is. */
import type { ResponsePath } from '@apollo/query-planner';
import type { Path } from './answer-errors.ts';
import { type Data, isData, isList } from './data.ts';

export interface Places {
  /** An object is found as often as it is there. */
  find(root: Data): readonly Data[];
  /** For each of `objects` the paths at which it is. */
  pathsOf(root: Data, objects: ReadonlySet<Data>): ReadonlyMap<Data, readonly Path[]>;
}

export function compilePlaces(path: ResponsePath): Places {
  return {
    find(root) {
      const found: Data[] = [];
      collect(root, 0, found);
      return found;
    },
    pathsOf(root, objects) {
      const paths = new Map<Data, Path[]>();
      locate(root, 0, [], (object, at) => {
        if (!objects.has(object)) return;
        const known = paths.get(object);
        if (known) known.push([...at]);
        else paths.set(object, [[...at]]);
      });
      return paths;
    },
  };

  function collect(value: unknown, depth: number, found: Data[]): void {
    const part = path[depth];
    if (part === '@') {
      if (isList(value)) for (const item of value) collect(item, depth + 1, found);
    } else if (isData(value)) {
      if (part === undefined) found.push(value);
      else collect(value[part], depth + 1, found);
    }
  }

  function locate(
    value: unknown,
    depth: number,
    at: (string | number)[],
    tell: (object: Data, at: Path) => void,
  ): void {
    const part = path[depth];
    if (part === '@') {
      if (!isList(value)) return;
      for (const [index, item] of value.entries()) {
        at.push(index);
        locate(item, depth + 1, at, tell);
        at.pop();
      }
    } else if (isData(value)) {
      if (part === undefined) {
        tell(value, at);
        return;
      }
      at.push(part);
      locate(value[part], depth + 1, at, tell);
      at.pop();
    }
  }
}
