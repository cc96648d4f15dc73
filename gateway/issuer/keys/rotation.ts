/** Rotates keys by their age, and tells when another generation begins to sign. */
import type { KeyGeneration, KeyStore } from './generations.ts';

export interface RotationOptions {
  readonly keys: KeyStore;
  readonly maximumAgeSeconds: number;
  /** How often another process may have rotated: at least twice within an overlap. */
  readonly overlapSeconds: number;
  /** Called with what is to be published and signed by from now on. */
  readonly onChange: (generations: readonly KeyGeneration[]) => void;
  readonly onError: (error: unknown) => void;
}

export interface Rotation {
  stop(): void;
}

/** Looks at the keys whenever one is due to be made or to begin to sign. */
export function startRotation(options: RotationOptions, initial: readonly KeyGeneration[]): Rotation {
  let known = initial;
  let timer: NodeJS.Timeout;

  const look = async (): Promise<void> => {
    try {
      if (isDue(known, options.maximumAgeSeconds)) await options.keys.rotate();
      const current = await options.keys.load();
      if (order(current) !== order(known)) options.onChange(current);
      known = current;
    } catch (error) {
      options.onError(error);
    }
    schedule();
  };

  const schedule = (): void => {
    timer = setTimeout(look, millisecondsUntilNextChange(known, options));
    timer.unref();
  };

  schedule();
  return { stop: () => clearTimeout(timer) };
}

function isDue(generations: readonly KeyGeneration[], maximumAgeSeconds: number): boolean {
  return generations.every(({ createdAt }) => Date.now() - createdAt.getTime() >= maximumAgeSeconds * 1000);
}

function millisecondsUntilNextChange(generations: readonly KeyGeneration[], options: RotationOptions): number {
  const newest = Math.max(...generations.map(({ createdAt }) => createdAt.getTime()));
  const deadlines = [newest + options.maximumAgeSeconds * 1000, ...generations.map((each) => each.signsFrom.getTime())];
  const waits = deadlines.map((deadline) => deadline - Date.now()).filter((wait) => wait > 0);
  return Math.max(100, Math.min(...waits, (options.overlapSeconds * 1000) / 2));
}

function order(generations: readonly KeyGeneration[]): string {
  return generations.map(({ generation }) => generation).join(' ');
}
