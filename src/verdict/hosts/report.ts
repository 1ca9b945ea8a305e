// From what is remembered of hosts to their public records: moments as they are known, and what they add up to.

import type { Moment } from '../../tcp/notes.js';
import type { PacketClock } from '../../tcp/packet-time.js';
import { formatAddress } from '../../wire/address.js';
import { vlanIds } from '../../wire/vlan.js';
import type { HostEvent } from '../events.js';
import { type Weighed, weigh } from '../weigh.js';
import { HOST_FACTS, type HostCase, type HostFactId } from './facts.js';
import type { Host } from './host.js';
import type { Hosts } from './memory.js';
import { type HostMoment, momentOf, timelineOf } from './moments.js';
import { HOST_RULES, type HostLookalike, type HostRuleRow } from './rules.js';

/** What was told of a host. */
interface Told {
  moments: ReadonlySet<string>;
  /** The conclusion, in words that tell one from another, and as it was told; '': none. */
  conclusion: string;
  title: string;
  revision: number;
}

export class HostReports {
  private readonly told = new Map<Host, Told>();

  constructor(private readonly hosts: Hosts) {}

  /** What can be said of a host now and was not said before. @param final nothing more will be known of it. */
  newsOf(host: Host, clock: PacketClock, final: boolean): HostEvent[] {
    // One connection says all there is by itself.
    if (host.connections < 2 || !(hasStory(host) || this.told.has(host))) return [];
    const told = this.told.get(host) ?? { moments: new Set<string>(), conclusion: '', title: '', revision: 0 };
    this.told.set(host, told);
    const events: HostEvent[] = [];
    const timeline = timelineOf(host);
    for (const moment of timeline) {
      if (told.moments.has(keyOf(moment))) continue;
      events.push(momentEvent(host, moment, clock));
    }
    const conclusion = conclude({ host, lastHeard: this.hosts.lastHeard(host) });
    // What cannot be told again need not be remembered.
    told.moments = new Set(timeline.map(keyOf));
    if (!conclusion && told.conclusion) {
      events.push(momentEvent(host, withdrawn(told.title, timeline.at(-1)?.at ?? this.hosts.lastHeard(host)), clock));
      told.conclusion = '';
    }
    const words = conclusion ? `${conclusion.row.id} ${conclusion.weighed.confidence}` : '';
    if (conclusion && (final || words !== told.conclusion)) {
      told.conclusion = words;
      told.title = conclusion.row.title;
      events.push(conclusionEvent(host, conclusion, timeline, clock, final, ++told.revision));
    }
    if (final) this.told.delete(host);
    return events;
  }
}

const keyOf = ({ id, at }: HostMoment): string => `${id} ${at.packet}`;

const withdrawn = (title: string, at: Moment): HostMoment =>
  momentOf('withdrawn', at, `what was concluded does not hold any more: ${title}`);

interface Conclusion {
  readonly row: HostRuleRow;
  readonly weighed: Weighed<HostFactId, HostLookalike>;
  readonly theCase: HostCase;
}

/** What became of a host: the first row that holds; null: nothing that can be named. */
export function conclude(theCase: HostCase): Conclusion | null {
  // Rules ask for the same facts again and again.
  const asked = new Map<HostFactId, boolean>();
  const known = (id: HostFactId): boolean => {
    const before = asked.get(id);
    if (before !== undefined) return before;
    const now = HOST_FACTS[id].find(theCase) !== null;
    asked.set(id, now);
    return now;
  };
  for (const row of HOST_RULES as readonly HostRuleRow[]) {
    const weighed = weigh(row, known);
    if (weighed) return { row, weighed, theCase };
  }
  return null;
}

/** Whether anything has happened to it; of most hosts nothing ever does. */
const hasStory = ({ bursts, silence, returns, deaf, announced }: Host): boolean =>
  announced !== null || bursts.length > 0 || silence !== null || returns.length > 0 || deaf !== null;

const whereOf = ({ words, ipVersion, vlanKey }: Host) => ({
  address: formatAddress(words, ipVersion),
  vlan: vlanIds(vlanKey),
});

function momentEvent(host: Host, moment: HostMoment, clock: PacketClock): HostEvent {
  const { id, at, until, services, connections, says } = moment;
  return {
    type: 'host',
    ...whereOf(host),
    event: id,
    at: clock.format(at.timeNs),
    packet: at.packet,
    until: until && clock.format(until.timeNs),
    ports: services.map(({ port }) => port),
    connections,
    says,
    conclusion: null,
  };
}

function conclusionEvent(
  host: Host,
  { row, weighed, theCase }: Conclusion,
  timeline: readonly HostMoment[],
  clock: PacketClock,
  final: boolean,
  revision: number,
): HostEvent {
  const evidence = weighed.facts
    .map((fact) => ({ fact, moment: HOST_FACTS[fact].find(theCase)! }))
    .sort((a, b) => a.moment.timeNs - b.moment.timeNs || a.moment.packet - b.moment.packet);
  const last = evidence.at(-1)!.moment;
  return {
    type: 'host',
    ...whereOf(host),
    event: row.id as HostEvent['event'],
    at: clock.format(last.timeNs),
    packet: last.packet,
    until: null,
    ports: [...new Set(timeline.flatMap(({ services }) => services.map(({ port }) => port)))],
    connections: Math.max(...timeline.map(({ connections }) => connections), 0),
    says: row.title,
    conclusion: {
      severity: row.severity,
      confidence: weighed.confidence,
      final,
      revision,
      evidence: evidence.map(({ fact, moment }) => ({
        fact,
        packet: moment.packet,
        at: clock.format(moment.timeNs),
        says: HOST_FACTS[fact].says,
      })),
      lookalikes: weighed.lookalikes.map(({ title, toTellApart }) => ({ title, toTellApart })),
      timeline: timeline.map((moment) => {
        const { id, at, until, says } = moment;
        return {
          event: id,
          packet: at.packet,
          at: clock.format(at.timeNs),
          until: until && clock.format(until.timeNs),
          says,
        };
      }),
    },
  };
}
