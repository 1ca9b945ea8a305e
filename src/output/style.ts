// Colour by severity, and only where it is wanted. What went well is grey: a RST after an orderly close never shouts.

import { styleText } from 'node:util';
import type { Severity } from '../verdict/scenarios.js';

type Style = Parameters<typeof styleText>[0];

const STYLES = { error: 'red', warning: 'yellow', notice: 'cyan', ok: 'dim' } as const satisfies Record<
  Severity,
  Style
>;
const MARKS = { error: '✖', warning: '▲', notice: '·', ok: '✔' } as const satisfies Record<Severity, string>;

export const paint = (text: string, style: Style, colour: boolean): string =>
  colour && text !== '' ? styleText(style, text, { validateStream: false }) : text;

export const paintSeverity = (text: string, severity: Severity, colour: boolean): string =>
  paint(text, STYLES[severity], colour);

/** Tells severities apart where there is no colour. */
export const markOf = (severity: Severity): string => MARKS[severity];
