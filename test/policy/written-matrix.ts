/** schema/permissions.md as people read it: not computed by what enforces it, so that the two can disagree. */
import { readFile } from 'node:fs/promises';
import { PERMISSIONS_FILE } from '@commonhold/schema/generated-files.ts';
import { isRole, type Role } from '@commonhold/schema/policy.ts';
import type { Step } from './field-paths.ts';

export type Visibility = 'company' | 'residences' | 'none';

export interface WrittenField extends Step {
  readonly asksForFreshLogin: boolean;
  readonly asksForStrongLogin: boolean;
  readonly visibility: ReadonlyMap<Role, Visibility>;
}

const MARKS: Readonly<Record<string, Visibility>> = { '●': 'company', '◐': 'residences', '·': 'none' };

/** Every row of every table that has columns of roles. */
export async function readWrittenMatrix(): Promise<readonly WrittenField[]> {
  const sections = (await readFile(PERMISSIONS_FILE, 'utf8')).split('\n## ').slice(1);
  return sections.flatMap((section) => {
    const [typeName = '', ...lines] = section.split('\n');
    const [titles = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
    const roles = titles.map((title) => title.toUpperCase().replaceAll(' ', '_'));
    if (!roles.some(isRole)) return [];
    return rows.map((cells): WrittenField => {
      const [field = '', , note = ''] = cells;
      const marks = cells.flatMap((cell, index): [Role, Visibility][] => {
        const [role = '', mark] = [roles[index], MARKS[cell]];
        return isRole(role) && mark ? [[role, mark]] : [];
      });
      return {
        typeName,
        fieldName: field.replaceAll('`', ''),
        asksForFreshLogin: note.includes('fresh login'),
        asksForStrongLogin: note.includes('strong login'),
        visibility: new Map(marks),
      };
    });
  });
}

function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
