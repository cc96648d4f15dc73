/**
 * Ends this process when the one that started it is gone.
 *
 * Under npm there is no IPC channel: a process that loses its parent is given another one by the kernel, and that is
 * what is looked for. A start without npm is left alone, so that it can be put in the background on purpose.
 */
const INTERVAL_MILLISECONDS = 500;

export function watchParent(): void {
  if (!process.env['npm_lifecycle_event']) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, INTERVAL_MILLISECONDS).unref();
}
