/**
 * What is in a process's memory stays there: neither a crash, nor a signal, nor a flag writes it to disk.
 *
 * 1. Core dumps hold no memory: on Linux every mapping is taken out of them (`/proc/self/coredump_filter`, core(5)). That
 *    also holds where dumps are piped to a program, which a limit on their size doesn't stop, and for child processes.
 * 2. Diagnostic reports, which hold the environment and stacks, are written for no reason.
 * 3. SIGUSR1 opens no debugger.
 * 4. In production, a process that was told to write or show its memory (heap snapshots, profiles, reports, the
 *    inspector) doesn't start.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isProduction } from './configuration.ts';
import { StartupError } from './startup-error.ts';

/** Flags of Node that write memory to a file, show it to a debugger, or crash in a way that does. */
const TELLING =
  /^--(heapsnapshot-|heap-prof|cpu-prof|prof\b|report-|inspect|debug-port|experimental-(report|inspect)|abort-on-uncaught-exception|diagnostic-dir|trace-event|tls-keylog)/;

/**
 * Called first in each process.
 *
 * @throws {StartupError} in production, when memory would be told all the same
 */
export function keepMemoryToOneself(environment: NodeJS.ProcessEnv): void {
  const isKept = emptyCoreDumps() || coreDumpsAreOff();
  if (process.report) {
    process.report.reportOnFatalError = false;
    process.report.reportOnSignal = false;
    process.report.reportOnUncaughtException = false;
    process.report.excludeEnv = true;
  }
  process.on('SIGUSR1', () => undefined);
  if (!isProduction(environment)) return;
  if (!isKept) {
    throw new StartupError('A crash would write the memory to disk', 'set the limit of core files to 0 (ulimit -c 0)');
  }
  const flag = tellingFlag(environment);
  if (flag !== undefined) {
    throw new StartupError(`Node is told to give its memory away (${flag})`, 'start it without that flag');
  }
}

/** @returns the name of the first such flag of the command line or NODE_OPTIONS, without its value */
function tellingFlag(environment: NodeJS.ProcessEnv): string | undefined {
  if (environment['NODE_V8_COVERAGE']) return 'NODE_V8_COVERAGE';
  const flags = [...process.execArgv, ...(environment['NODE_OPTIONS'] ?? '').split(/[\s"]+/)];
  return flags
    .map((flag) => flag.replaceAll('_', '-'))
    .find((flag) => TELLING.test(flag))
    ?.replace(/=.*/s, '');
}

/** Threads and child processes have the same filter. */
function emptyCoreDumps(): boolean {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
    return true;
  } catch {
    return false;
  }
}

function coreDumpsAreOff(): boolean {
  try {
    return /^Max core file size +0 /m.test(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return false;
  }
}
