import { describe, expect, it } from '@jest/globals';
import { DateTime } from './scalars.ts';

const NOT_INSTANTS = [
  '2026-03-01',
  '2026-02-30T00:00:00Z',
  '2026-03-01T08:30:00',
  '2026-03-01 08:30:00Z',
  'tomorrow',
  '',
  0,
  null,
  new Date(Number.NaN),
];

describe('DateTime', () => {
  it('is given out in UTC', () => {
    expect(DateTime.serialize('2026-03-01T08:30:00+02:00')).toBe('2026-03-01T06:30:00.000Z');
    expect(DateTime.serialize(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
  });

  it('comes in as it is given out', () => {
    expect(DateTime.parseValue('2026-03-01T08:30:00+02:00')).toBe('2026-03-01T06:30:00.000Z');
  });

  it.each(NOT_INSTANTS)('is not %p', (value) => {
    expect(() => DateTime.parseValue(value)).toThrow('ISO 8601');
    expect(() => DateTime.serialize(value)).toThrow(TypeError);
  });
});
