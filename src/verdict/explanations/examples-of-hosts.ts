// Which conclusion's example shows a fact about a host; a test replays the examples.

import type { HostFactId } from '../hosts/facts.js';
import type { HostRuleId } from '../hosts/rules.js';

export const HOST_FACT_EXAMPLES: Readonly<Record<HostFactId, HostRuleId>> = {
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
  'link-asks-in-vain': 'crashed-or-cut',
  'reported-unreachable': 'crashed-or-cut',
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
  'refused-meanwhile': 'services-restarted',
  'many-closed': 'services-restarted',
  'answers-on': 'service-gone',
  'another-lives': 'service-gone',
  'hears-others': 'path-to-one-lost',
};
