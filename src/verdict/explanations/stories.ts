// One story for every scenario: a scenario without one does not compile.

import type { ScenarioId } from '../scenarios.js';
import { STORIES_OF_CLOSING } from './stories-of-closing.js';
import { STORIES_OF_OPENING } from './stories-of-opening.js';
import { STORIES_OF_SILENCE } from './stories-of-silence.js';
import type { Story } from './story.js';

export const STORIES: Readonly<Record<ScenarioId, Story>> = {
  ...STORIES_OF_CLOSING,
  ...STORIES_OF_OPENING,
  ...STORIES_OF_SILENCE,
};
