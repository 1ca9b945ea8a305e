// Which conclusion's example shows a fact about a host; null: none does. A test replays the examples.

import type { HostFactId } from '../hosts/facts.js';
import type { HostRuleId } from '../hosts/rules.js';

export const HOST_FACT_EXAMPLES: Readonly<Record<HostFactId, HostRuleId | null>> = {
  'services-closed-together': 'shut-down',
  'service-closed-together': 'service-gone',
  'nothing-left': 'shut-down-and-rebooted',
  'rest-closed-later': 'shut-down',
  'silent-after-closing': 'shut-down',
  'is-silent': 'crashed-or-cut',
  'was-silent': 'rebooted',
  'several-wait': 'crashed-or-cut',
  'many-wait': 'crashed-or-cut',
  'open-ones-wait': 'crashed-or-cut',
  'link-asks-in-vain': null,
  'reported-unreachable': null,
  remembers: 'outage',
  'heard-again': 'outage',
  'answered-who-waited': 'outage',
  forgot: 'rebooted',
  'forgot-several': 'rebooted',
  moved: 'failed-over',
  'announced-elsewhere': 'failed-over',
  'answers-anew': 'rebooted',
  'served-again': 'services-restarted',
  'refuses-now': 'service-gone',
  'refusal-fits': 'service-gone',
  'refused-meanwhile': null,
  'many-closed': 'services-restarted',
  'answers-on': null,
  'another-lives': 'service-gone',
  'hears-others': 'path-to-one-lost',
};
