/** Frames → a flame graph as SVG: who called is below, and the wider, the longer. */
import type { Frame } from './frames.ts';

const WIDTH = 1200;
const ROW = 16;
const SMALLEST = 0.004;
const CHARACTER = 6.2;
const COLORS: Readonly<Record<string, string>> = { node: '#b8c4d6', gateway: '#f2a65a', platform: '#f2a65a' };
const LIBRARY = '#9ccfa0';

export function flameGraph(root: Frame, title: string): string {
  const depth = depthOf(root, root.time);
  const height = (depth + 2) * ROW;
  const boxes: string[] = [];
  const draw = (frame: Frame, level: number, start: number): void => {
    const share = frame.time / root.time;
    if (share < SMALLEST) return;
    boxes.push(box(frame, share, start, height - (level + 1) * ROW));
    let at = start;
    for (const child of frame.children.toSorted((one, other) => other.time - one.time)) {
      draw(child, level + 1, at);
      at += child.time / root.time;
    }
  };
  draw(root, 0, 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fff"/><text x="4" y="12">${escaped(title)}</text>
${boxes.join('\n')}
</svg>
`;
}

function depthOf(frame: Frame, total: number): number {
  const shown = frame.children.filter(({ time }) => time / total >= SMALLEST);
  return 1 + Math.max(0, ...shown.map((child) => depthOf(child, total)));
}

function box({ name, origin }: Frame, share: number, start: number, y: number): string {
  const width = share * WIDTH;
  const color = COLORS[origin.split('/')[0] ?? ''] ?? LIBRARY;
  const text = `${name} · ${origin}`.slice(0, Math.max(0, Math.floor((width - 4) / CHARACTER)));
  const x = (start * WIDTH).toFixed(1);
  const tip = escaped(`${name} · ${origin} · ${(share * 100).toFixed(1)} %`);
  return `<g><title>${tip}</title><rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${color}"/>${
    text.length > 2 ? `<text x="${(start * WIDTH + 2).toFixed(1)}" y="${y + 11}">${escaped(text)}</text>` : ''
  }</g>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
