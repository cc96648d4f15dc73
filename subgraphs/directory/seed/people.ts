/**
 * Invented people. Names come from word lists by position, so that every start invents the same ones; mail addresses
 * end in `.example` (RFC 2606), and telephone numbers are of the ranges that the Bundesnetzagentur keeps for films.
 */
export interface InventedPerson {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

const GIVEN_BEGINNINGS = ['Al', 'Be', 'Cor', 'Da', 'El', 'Fi', 'Ga', 'Hel', 'Is', 'Jo', 'Ka', 'Lu', 'Mi', 'No', 'Or'];
const GIVEN_ENDINGS = ['da', 'rin', 'vo', 'lia', 'mar', 'nis', 'ra', 'ton', 'wen', 'xa', 'bel', 'dor', 'kes'];
const FAMILY_BEGINNINGS = ['Ash', 'Bram', 'Cob', 'Dun', 'Ever', 'Fen', 'Gar', 'Holm', 'Ing', 'Kel', 'Lan', 'Mar'];
const FAMILY_ENDINGS = ['brook', 'croft', 'dale', 'field', 'gate', 'holt', 'ley', 'mere', 'stead', 'thorp', 'wick'];
const PHONE_RANGES = ['+493023125', '+494066969', '+496990009', '+492214710', '+498999998'];

/** The person at `position` (0 and on) of a company whose mail domain is `domain`. */
export function inventPerson(position: number, domain: string): InventedPerson {
  const given = join(GIVEN_BEGINNINGS, GIVEN_ENDINGS, position);
  const family = join(FAMILY_BEGINNINGS, FAMILY_ENDINGS, position * 7);
  const range = PHONE_RANGES[Math.floor(position / 1000) % PHONE_RANGES.length];
  return {
    name: `${given} ${family}`,
    email: `${given}.${family}.${position}@residents.${domain}`.toLowerCase(),
    phone: `${range}${String(position % 1000).padStart(3, '0')}`,
  };
}

/** The lists' lengths have no common divisor, so that all combinations come up before one repeats. */
function join(beginnings: readonly string[], endings: readonly string[], position: number): string {
  return `${beginnings[position % beginnings.length]}${endings[position % endings.length]}`;
}
