/**
 * What comes after the first answer. The plan's later steps are under way at the same time, whether anybody reads what
 * comes of them or not; once one has ended, its part is written at each place where it belongs.
 *
 * 1. Only what has a place in what was told is carried out: below a null nothing comes later.
 * 2. A part may have parts of its own, which begin when it is written.
 * 3. An error is told with the part that it is in (`divide-errors.ts`).
 */
import { Readable } from 'node:stream';
import type { GraphQLError } from 'graphql';
import { internalError, type Path } from '../answer-errors.ts';
import { errorsOfViolations } from '../null-violations.ts';
import type { Run, Step } from '../step.ts';
import type { AnswerWriter } from '../write-answer.ts';
import type { LaterPart } from '../write-values.ts';
import { clientLabel } from './defer-label.ts';
import { type ErrorDivision, isBelow } from './divide-errors.ts';

export interface ToldPart {
  readonly path: Path;
  /** The client's. */
  readonly label: string | undefined;
  /** JSON; undefined: null. */
  readonly text: string | undefined;
  readonly errors: readonly GraphQLError[];
}

export interface ToldParts {
  readonly parts: readonly ToldPart[];
  readonly isLast: boolean;
}

export interface Later {
  /** `ToldParts`, as they come. It breaks off when something can't be told. */
  readonly told: Readable;
  /** The errors of all of them. */
  readonly ended: Promise<readonly GraphQLError[]>;
}

export interface LaterWork {
  /** As far as the first answer needed it. */
  readonly run: Run;
  readonly writer: AnswerWriter;
  /** What the first answer leaves for later. */
  readonly parts: readonly LaterPart[];
  /** Those known so far that aren't told with the first answer are told later. */
  readonly errors: readonly GraphQLError[];
  readonly division: ErrorDivision;
  readonly inAnswer: (error: GraphQLError) => GraphQLError;
  readonly onFailure: (error: unknown) => void;
}

/** Begins at once. @returns what comes later, and which errors are told with the first answer. */
export function tellLater(work: LaterWork): { readonly later: Later; readonly errors: readonly GraphQLError[] } {
  const { run, writer, division, inAnswer } = work;
  const told = new Readable({ objectMode: true, read: () => undefined }).on('error', () => undefined);
  const { promise: ended, resolve: end } = Promise.withResolvers<readonly GraphQLError[]>();
  const places = new Map<string, LaterPart[]>();
  const waiting = new Map<string, GraphQLError[]>();
  const all: GraphQLError[] = [];
  let underWay = 0;

  const errors = divide(undefined, work.errors, work.parts);
  const ready = begin(work.parts, run.later);
  if (ready.length > 0) tell(ready);
  return { later: { told, ended }, errors };

  /** Notes what comes next. @returns the errors that are told now */
  function divide(from: string | undefined, found: readonly GraphQLError[], next: readonly LaterPart[]) {
    for (const part of next) addTo(places, part.label, part);
    return found.filter((error) => {
      const label = division.partOf(error, from, (one) => places.has(one));
      if (label !== undefined && label !== from) addTo(waiting, label, error);
      return label === from;
    });
  }

  /** @returns what is there already */
  function begin(next: readonly LaterPart[], steps: Run['later']): readonly ToldPart[] {
    return [...new Set(next.map(({ label }) => label))].flatMap((label) => {
      const step = steps?.get(label);
      if (!step) return write(label, [], undefined);
      underWay += 1;
      void carryOut(label, step);
      return [];
    });
  }

  async function carryOut(label: string, step: Step): Promise<void> {
    try {
      const own: Run = { ...run, errors: [], later: undefined };
      await step(own);
      const parts = write(label, own.errors.map(inAnswer), own.later);
      underWay -= 1;
      tell(parts);
    } catch (error) {
      work.onFailure(error);
      told.destroy(new Error('a part cannot be told'));
      end([...all, internalError()]);
    }
  }

  function write(label: string, found: readonly GraphQLError[], steps: Run['later']): readonly ToldPart[] {
    const own = places.get(label) ?? [];
    const written = own.map((part) => writer.writePart(part));
    const next = written.flatMap(({ later }) => later);
    const errorsAt = new Map<LaterPart | undefined, GraphQLError[]>();
    for (const error of divide(label, [...(waiting.get(label) ?? []), ...found], next)) {
      addTo(errorsAt, own.find(({ path }) => isBelow(error.path ?? [], path)) ?? own[0], error);
    }
    const parts = own.map((part, index) => {
      const explained = errorsAt.get(part) ?? [];
      const violations = errorsOfViolations(written[index]?.violations ?? [], explained);
      const errors = [...explained, ...violations];
      all.push(...errors);
      return { path: part.path, label: clientLabel(label), text: written[index]?.text, errors };
    });
    return [...parts, ...begin(next, steps)];
  }

  function tell(parts: readonly ToldPart[]): void {
    told.push({ parts, isLast: underWay === 0 } satisfies ToldParts);
    if (underWay > 0) return;
    told.push(null);
    end(all);
  }
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
