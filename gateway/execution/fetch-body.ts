/** The body of a fetch's request. What is the same each time is written once. */
import type { FetchNode } from '@apollo/query-planner';

/** @param representations written as JSON, joined by commas; undefined: none are asked for */
export type WriteBody = (variables: Readonly<Record<string, unknown>>, representations?: string) => string;

export function compileBody({ operation, operationName, variableUsages }: FetchNode): WriteBody {
  const named = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  const start = `{"query":${JSON.stringify(operation)}${named},"variables":{`;
  const names = (variableUsages ?? []).map((name) => ({ name, prefix: `${JSON.stringify(name)}:` }));
  return (variables, representations) => {
    let text = representations === undefined ? '' : `"representations":[${representations}]`;
    for (const { name, prefix } of names) {
      const value = Object.hasOwn(variables, name) ? JSON.stringify(variables[name]) : undefined;
      if (value !== undefined) text += text === '' ? prefix + value : `,${prefix}${value}`;
    }
    return `${start}${text}}}`;
  };
}

/** Adds to a body what is told beside the operation. */
export function withExtensions(body: string, extensions: Readonly<Record<string, unknown>>): string {
  return `${body.slice(0, -1)},"extensions":${JSON.stringify(extensions)}}`;
}
