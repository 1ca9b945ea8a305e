// For a terminal without Unicode: a sign for a sign, so that what was aligned stays so.

const ASCII: Readonly<Record<string, string>> = {
  '─': '-',
  '│': '|',
  '→': '>',
  '←': '<',
  '◀': '<',
  '┆': ':',
  '✖': 'x',
  '▲': '!',
  '✔': '+',
  '·': '-',
  µ: 'u',
};

/** Text of ours, with what ASCII has in place of its signs. */
export const inAscii = (text: string): string => text.replaceAll(/[─│→←◀┆✖▲✔·µ]/g, (sign) => ASCII[sign] ?? sign);
