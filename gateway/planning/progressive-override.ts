/**
 * Fields on their way from one subgraph to another: `@override(from: "a", label: "percent(20)")`.
 *
 * Each operation is planned for one of the two: in so many of a hundred, drawn anew each time, the subgraph that
 * overrides is asked, and in the others the one from which it takes the field over. One draw counts for all fields of an
 * operation, so that what moves by the same percentage moves together. A label of any other form never holds.
 */
import { type DocumentNode, Kind, parse, visit } from 'graphql';

/** The labels that hold for an operation. */
export type ChooseOverrides = () => readonly string[];

/** @param draw a number from 0 up to 1 */
export function createOverrideChoice(sdl: string, draw: () => number = Math.random): ChooseOverrides {
  const percentages = percentagesIn(parse(sdl, { noLocation: true }));
  if (percentages.size === 0) return () => NONE;
  return () => {
    const drawn = draw() * 100;
    return [...percentages].flatMap(([label, percentage]) => (drawn < percentage ? [label] : []));
  };
}

const NONE: readonly string[] = [];

function percentagesIn(supergraph: DocumentNode): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  visit(supergraph, {
    Argument({ name, value }) {
      if (name.value !== 'overrideLabel' || value.kind !== Kind.STRING) return;
      const [, percentage] = /^percent\((\d+(?:\.\d+)?)\)$/.exec(value.value) ?? [];
      if (percentage !== undefined) found.set(value.value, Number(percentage));
    },
  });
  return found;
}
