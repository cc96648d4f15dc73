/** So many at a time; the others wait, what is urgent before the rest. */
export type TakeTurn = <Result>(work: () => Promise<Result>, isUrgent: boolean) => Promise<Result>;

export function createTurns(most: number): TakeTurn {
  const urgent: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async (work, isUrgent) => {
    if (underWay < most) underWay += 1;
    // Whoever ends hands its turn on.
    else await new Promise<void>((resolve) => (isUrgent ? urgent : waiting).push(resolve));
    try {
      return await work();
    } finally {
      const next = urgent.shift() ?? waiting.shift();
      if (next) next();
      else underWay -= 1;
    }
  };
}
