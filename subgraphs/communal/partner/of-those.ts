/** Without what came for others: of them nobody looked whether a consent is in force. */
export function ofThose<Item extends { readonly residenceRef: string }>(
  residences: readonly string[],
  items: readonly Item[],
): readonly Item[] {
  const asked = new Set(residences);
  return items.filter(({ residenceRef }) => asked.has(residenceRef));
}
