// Plots for docs: plain SVG, with colours for light and for dark pages.

import { grouped } from '../output/words.js';

const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.head { font-weight: 600 }
.bar { fill: #8c959f } .own { fill: #0969da }
.line { fill: none; stroke: #0969da; stroke-width: 2 } .dot { fill: #0969da }
.axis { stroke: #8c959f; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.bar { fill: #6e7681 } .own { fill: #58a6ff }
.line { stroke: #58a6ff } .dot { fill: #58a6ff }
}
</style>`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x}" y="${y}"${more}>${escaped(words)}</text>`;

const svg = (width: number, height: number, title: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    STYLE,
    ...parts,
    '</svg>\n',
  ].join('\n');

export interface Bars {
  readonly title: string;
  /** The first is ours; null: there is none, and the words say why. */
  readonly bars: readonly { readonly name: string; readonly value: number | null; readonly words: string }[];
}

const NAME_WIDTH = 130;
const BAR_WIDTH = 420;
const BAR_STEP = 20;
const BAR_HEIGHT = 14;

/** Groups of bars below each other, each on a scale of its own that begins at 0. */
export function barChart(title: string, groups: readonly Bars[]): string {
  const parts: string[] = [text(10, 22, title, ' class="head"')];
  let y = 40;
  for (const group of groups) {
    const most = Math.max(...group.bars.map(({ value }) => value ?? 0));
    parts.push(text(10, (y += 18), group.title));
    for (const [n, { name, value, words }] of group.bars.entries()) {
      y += BAR_STEP;
      const length = value === null ? 0 : Math.max(1, Math.round((value / most) * BAR_WIDTH));
      parts.push(text(NAME_WIDTH - 8, y, name, ' text-anchor="end"'));
      if (length > 0)
        parts.push(
          `<rect class="${n === 0 ? 'own' : 'bar'}" x="${NAME_WIDTH}" y="${y - BAR_HEIGHT + 3}" width="${length}" height="${BAR_HEIGHT}"/>`,
        );
      parts.push(text(NAME_WIDTH + length + 6, y, words));
    }
    y += 14;
  }
  return svg(760, y + 10, title, parts);
}

export interface Line {
  readonly title: string;
  /** From left to right, evenly spaced whatever they are. */
  readonly points: readonly { readonly name: string; readonly value: number }[];
}

const PANEL = { width: 370, left: 60, top: 60, right: 20, plot: 160, height: 260 };

/** Panels side by side, each with a line above an axis that begins at 0. */
export function lineChart(title: string, panels: readonly Line[]): string {
  const parts: string[] = [text(10, 22, title, ' class="head"')];
  for (const [n, panel] of panels.entries()) parts.push(...panelOf(panel, n * PANEL.width));
  return svg(PANEL.width * panels.length, PANEL.height, title, parts);
}

function panelOf({ title, points }: Line, x: number): string[] {
  const { left, top, right, plot, width } = PANEL;
  const most = Math.max(...points.map(({ value }) => value)) * 1.1 || 1;
  const base = top + plot;
  const placed = points.map(({ name, value }, n) => ({
    name,
    value,
    x: Math.round(x + left + 20 + (n * (width - left - right - 40)) / Math.max(1, points.length - 1)),
    y: Math.round(base - (value / most) * plot),
  }));
  return [
    text(x + 10, 46, title),
    `<path class="axis" d="M${x + left} ${top}V${base}H${x + width - right}" fill="none"/>`,
    `<polyline class="line" points="${placed.map((point) => `${point.x},${point.y}`).join(' ')}"/>`,
    ...placed.flatMap((point) => [
      `<circle class="dot" cx="${point.x}" cy="${point.y}" r="3"/>`,
      text(point.x, point.y - 8, grouped(Math.round(point.value)), ' text-anchor="middle"'),
      text(point.x, base + 18, point.name, ' text-anchor="middle"'),
    ]),
    text(x + left - 6, base + 4, '0', ' text-anchor="end"'),
  ];
}
