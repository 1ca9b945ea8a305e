// FACTS of silence: who asked in vain, and what ICMP and the link said of it.

import { isUnanswered } from '../tcp/endpoint.js';
import { wasOpen } from './case.js';
import type { FactRow } from './facts.js';
import { asked, at, icmpDetail, icmpOf, neighbourAt } from './findings.js';

/** The shortest idle timeout of common middleboxes. */
export const IDLE_TIMEOUT_NS = 60e9;

export const FACTS_OF_SILENCE = {
  'survivor-unanswered': {
    says: 'from here on the {survivor} sent again and again, and the {gone} answered nothing',
    find: (c) => {
      const { missed } = c.gone.notes;
      const oneSided = c.gone.end.segments === 0 || (missed !== undefined && missed.timeNs > c.gone.end.lastNs);
      return at(asked(c), wasOpen(c) && !oneSided && isUnanswered(c.survivor.end));
    },
  },
  'idle-before-silence': {
    says: 'the connection had been idle for at least a minute: firewalls and balancers forget it after 60, 350 or 3600 s',
    find: (c) => at(asked(c), c.survivor.end.unansweredNs - c.gone.end.lastNs >= IDLE_TIMEOUT_NS),
  },
  'survivor-gave-up': { says: 'the {survivor} gave up with RST', find: (c) => at(c.survivor.notes.gaveUp) },
  'answered-too-late': {
    says: 'the {gone} answered only after that',
    find: (c) => {
      const { gaveUp } = c.survivor.notes;
      const { lastPacket: packet, lastNs: timeNs } = c.gone.end;
      return at({ packet, timeNs }, gaveUp && timeNs > gaveUp.timeNs, !c.gone.notes.reset);
    },
  },
  'unreachable-by-icmp': {
    says: 'ICMP reported the {gone} out of reach',
    find: (c) => at(icmpOf(c, 'network', 'host'), c.survivor.end.unanswered > 0),
    detail: icmpDetail,
  },
  'host-unreachable-by-icmp': {
    says: 'a router reported the host of the {gone} unreachable, as its last hop does',
    find: (c) => at(icmpOf(c, 'host'), c.survivor.end.unanswered > 0),
  },
  'filtered-by-icmp': {
    says: 'a filter said by ICMP that it stops these segments',
    find: (c) => at(icmpOf(c, 'filter'), c.survivor.end.unanswered > 0),
    detail: icmpDetail,
  },
  'neighbour-silent': {
    says: 'a router asked the link for the {gone} and got no answer',
    find: (c) => at(neighbourAt(c, 'others'), c.gone.end.segments > 0),
  },
  'neighbour-silent-to-survivor': {
    says: 'the {survivor} itself asked the link for the {gone} and got no answer',
    find: (c) => at(neighbourAt(c, 'survivor'), c.gone.end.segments > 0),
  },
} as const satisfies Record<string, FactRow>;
