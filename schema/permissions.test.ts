import { beforeAll, describe, expect, it } from '@jest/globals';
import { SUPERGRAPH_FILE } from './generated-files.ts';
import { type Permissions, permissionsOf, ROLE_NAMES } from './permissions.ts';
import { renderMatrix } from './permissions-matrix.ts';
import { readSchema } from './read-schema.ts';

let permissions: Permissions;

beforeAll(async () => {
  permissions = permissionsOf(await readSchema([SUPERGRAPH_FILE]));
});

describe('the permissions', () => {
  it.each([
    ['DISPATCHER', 'Residence', 'occupants', 'company'],
    ['RESIDENT', 'Residence', 'occupants', 'residences'],
    ['ANALYST', 'Residence', 'occupants', 'none'],
    ['ANALYST', 'Residence', 'number', 'company'],
    ['ANALYST', 'UtilityAccount', 'holderName', 'none'],
    ['ACCOUNTANT', 'UtilityAccount', 'holderName', 'company'],
    ['DISPATCHER', 'UtilityAccount', 'balanceEuros', 'none'],
    ['TECHNICIAN', 'Mutation', 'unlockDoor', 'residences'],
    ['DISPATCHER', 'Mutation', 'unlockDoor', 'none'],
    ['SECURITY_OFFICER', 'Query', 'grants', 'company'],
    ['SECURITY_OFFICER', 'Query', 'devices', 'none'],
    ['INTEGRATION_MANAGER', 'Query', 'people', 'none'],
    ['ANALYST', 'Device', 'name', 'company'],
    ['ACCOUNTANT', 'Device', 'name', 'none'],
  ] as const)('let %s see %s.%s: %s', (role, type, field, visibility) => {
    expect(permissions.visibility(role, type, field)).toBe(visibility);
  });

  it('never let a role without the right to personal data see any', () => {
    const personal = permissions.fields.filter(({ isPersonalData }) => isPersonalData);
    expect(personal.length).toBeGreaterThan(10);
    for (const field of personal) {
      expect(field.visibility('ANALYST')).toBe('none');
      expect(field.visibility('INTEGRATION_MANAGER')).toBe('none');
    }
  });

  it('let nobody read a field that asks for nothing', () => {
    expect(permissions.fields.filter(({ requirements }) => requirements.length === 0)).toEqual([]);
  });

  it('know no field that the schema lacks', () => {
    expect(() => permissions.visibility('ANALYST', 'Residence', 'nothing')).toThrow('no field Residence.nothing');
  });
});

describe('the matrix', () => {
  it('has a row for each field and a column for each role, and marks what is delicate', () => {
    const matrix = renderMatrix(permissions, []);
    const rows = matrix.split('\n').filter((line) => line.startsWith('| `') && line.split(' | ').length > 2);
    expect(rows).toHaveLength(permissions.fields.length);
    expect(new Set(rows.map((row) => row.split(' | ').length))).toEqual(new Set([3 + ROLE_NAMES.length]));
    expect(rows).toContain(
      '| `occupants` | `residence:read` and `person:read` and `personal-data` | personal | ◐ | ● | · | · | · | · | · | ● |',
    );
    expect(rows).toContain(
      '| `unlockDoor` | `lock:open` and `fresh-mfa` | fresh login | ◐ | · | ◐ | · | · | · | · | · |',
    );
    expect(rows).toContain(
      '| `setIdentityProvider` | `login:manage` and `fresh-mfa` and `strong-mfa` | fresh login, strong login | · | · | · | · | · | · | · | ● |',
    );
  });
});

describe('the table of partners', () => {
  const partner = { partner: 'bench', purpose: 'Try the table.', fields: ['MotionSensor.occupied'] };

  it('shows which personal field a partner may process', () => {
    const lines = renderMatrix(permissions, [partner]).split('\n');
    expect(lines).toContain('| bench | Try the table. |');
    expect(lines).toContain('| `MotionSensor.occupied` | ● |');
    expect(lines).toContain('| `Person.email` | · |');
    expect(lines.filter((line) => line.includes('`Residence.'))).toEqual([]);
  });

  it.each(['MotionSensor.name', 'MotionSensor.nothing'])(
    'is not made of a contract that takes %s for personal',
    (field) => {
      expect(() => renderMatrix(permissions, [{ ...partner, fields: [field] }])).toThrow(
        `The contract with bench names ${field}, which is no personal field of the graph`,
      );
    },
  );
});
