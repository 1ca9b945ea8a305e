// Who is asked for and does not answer on the local link: ARP (RFC 826) and neighbour discovery (RFC 4861).
//
// A host on the same link that dies leaves no TCP at all once its neighbour entry has aged out, only these questions.

import type { Segment } from '../wire/segment.js';
import { addressKey, networkOf } from './connection.js';
import type { Moment } from './notes.js';

/** Questions for one address that nobody has answered since the first. */
export interface Unanswered extends Moment {
  count: number;
  lastNs: number;
}

/** Neighbour questions that make a host count as not there: three (RFC 4861 MAX_MULTICAST_SOLICIT), over this long. */
export const NEIGHBOUR_ASKS = 3;
export const NEIGHBOUR_NS = 2e9;
/** Addresses asked for at one time; beyond it the oldest question is forgotten (a scan asks for whole networks). */
const MAX_TARGETS = 4096;
const MAX_ASKERS = 64;

export class Neighbours {
  private readonly asked = new Map<number | string, Map<number | string, Unanswered>>();

  /** No question is open: what most captures say most of the time. */
  get allAnswered(): boolean {
    return this.asked.size === 0;
  }

  /** Takes in one ARP packet or neighbour solicitation / advertisement. */
  note(segment: Segment): void {
    const network = networkOf(segment.ipVersion, segment.vlanKey);
    const sender = addressKey(segment.source, 0, network);
    this.asked.delete(sender);
    if (!segment.neighbourAsks) return;
    const target = addressKey(segment.destination, 0, network);
    // A gratuitous announcement asks for its own address.
    if (target === sender) return;
    const askers = this.asked.get(target) ?? new Map<number | string, Unanswered>();
    const question = askers.get(sender);
    if (question) {
      question.count++;
      question.lastNs = segment.timeNs;
      return;
    }
    if (askers.size >= MAX_ASKERS) return;
    askers.set(sender, { packet: segment.packet, timeNs: segment.timeNs, lastNs: segment.timeNs, count: 1 });
    if (askers.size > 1) return;
    if (this.asked.size >= MAX_TARGETS) this.asked.delete(this.asked.keys().next().value!);
    this.asked.set(target, askers);
  }

  /**
   * The longest unanswered questioning for `target` since `sinceNs`.
   * @param asker only questions of this address count, if given; or, with `except`, only those of others.
   * @returns null if it was not asked for, or has answered.
   */
  unanswered(
    target: { words: Int32Array; at: number; ipVersion: number; vlanKey: number },
    sinceNs: number,
    asker: { words: Int32Array; at: number; except: boolean } | null,
  ): Unanswered | null {
    const network = networkOf(target.ipVersion, target.vlanKey);
    const askers = this.asked.get(addressKey(target.words, target.at, network));
    if (!askers) return null;
    const known = asker && addressKey(asker.words, asker.at, network);
    let longest: Unanswered | null = null;
    for (const [name, question] of askers) {
      if (question.timeNs < sinceNs) continue;
      if (asker && (name === known) === asker.except) continue;
      if (!longest || question.count > longest.count) longest = question;
    }
    return longest;
  }
}

/** Whether nobody has answered for so long that nobody will. */
export const isLongAsked = ({ count, timeNs, lastNs }: Unanswered): boolean =>
  count >= NEIGHBOUR_ASKS && lastNs - timeNs >= NEIGHBOUR_NS;
