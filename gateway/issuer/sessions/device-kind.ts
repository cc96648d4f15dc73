/** What a person is told a login came from: the kind of device, and nothing that would tell two of a kind apart. */

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/iPad|Tablet|Android(?!.*Mobile)/, 'Tablet'],
  [/iPhone|Mobile/, 'Phone'],
  [/Windows/, 'Computer with Windows'],
  [/Macintosh/, 'Computer with macOS'],
  [/CrOS/, 'Computer with ChromeOS'],
  [/Linux|X11/, 'Computer with Linux'],
];

/** @param userAgent the header of that name, as far as there is one */
export function deviceKind(userAgent: string | undefined): string {
  return KINDS.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1] ?? 'Another device';
}
