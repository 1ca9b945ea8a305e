// What excerpts are cut from: of each capture that examples name, the frames they show. The rows are written by a test.

import type { StepWords } from '../explanation.js';
import { type Example, type Recording, recordingName, stepsOf } from './excerpt.js';
import { A_TO_G } from './recordings/a-to-g.js';
import { H } from './recordings/h.js';
import { I_TO_Z } from './recordings/i-to-z.js';

export const RECORDINGS: Readonly<Record<string, Recording>> = { ...A_TO_G, ...H, ...I_TO_Z };

export const recordingOf = (example: Example): Recording => RECORDINGS[recordingName(example)]!;

/** @param elsewhere what is shown where a frame of another connection decides */
export const excerptOf = (example: Example, elsewhere?: string): StepWords[] =>
  stepsOf(example, recordingOf(example), elsewhere);
