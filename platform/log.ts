/**
 * Structured logs, one JSON object a line on standard output. Log ids, never personal data or tokens: what could hold
 * one is censored here as a second wall.
 */
import { type Logger, pino } from 'pino';

export type Log = Logger;

const CENSORED = [
  'authorization',
  'cookie',
  'set-cookie',
  'token',
  'password',
  'secret',
  'code',
  'email',
  'name',
  'phone',
];

/** A log for the process `name`, at the level of `LOG_LEVEL` (default `info`). */
export function createLog(name: string, environment: NodeJS.ProcessEnv): Log {
  return pino({
    level: environment['LOG_LEVEL'] ?? 'info',
    base: { process: name },
    redact: { paths: CENSORED.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]), censor: '[censored]' },
    serializers: { err: (error: Error) => ({ type: error.name }) },
  });
}
