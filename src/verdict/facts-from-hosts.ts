// FACTS that the other connections of a host, or what came later, tell of one: what hosts/ remembers, as rows of FACTS.

import { isUnanswered } from '../tcp/endpoint.js';
import { decisiveReset } from './case.js';
import type { FactRow } from './facts.js';
import { FACTS_OF_CLOSING } from './facts-of-closing.js';
import {
  at,
  burstDetail,
  burstOf,
  closingOf,
  massBurstDetail,
  massBurstOf,
  returnBefore,
  serviceOf,
  silenceAfter,
  silenceMet,
  suddenReset,
} from './findings.js';
import { isOfIdle } from './hosts/facts.js';

export const FACTS_FROM_HOSTS = {
  'ports-ended-together': {
    says: 'the host of the {gone} closed all its connections on several ports, in one burst or a series of them, and not after equally long idleness',
    find: (c) => {
      const burst = massBurstOf(c);
      // One program of a client closes what it has with several servers, and forgets it by itself in time.
      const byItself = c.gone.role === 'client' && decisiveReset(c.gone)?.shape === 'no-socket';
      return at(burst?.first, burst && !isOfIdle(burst), !byItself);
    },
    detail: massBurstDetail,
  },
  'port-ended-together': {
    says: 'the {gone} closed all its connections of this port in one burst, and not after equally long idleness',
    find: (c) => {
      const burst = burstOf(c);
      const own = serviceOf(c);
      const toll = burst?.tolls.find(({ service }) => service === own);
      const { accepted = null, refused = null } = own ?? {};
      // That it goes on to serve, without a break, says that one worker closed them, or the program on purpose.
      const serves =
        burst && accepted && accepted.timeNs > burst.last.timeNs && !(refused && refused.timeNs > burst.last.timeNs);
      return at(burst?.first, toll && toll.left === 0 && toll.ended >= 2, !serves, burst && !isOfIdle(burst));
    },
    detail: burstDetail,
  },
  'rest-ended-later': {
    says: 'what the host of the {gone} had left open it closed in a second burst, as SIGKILL does',
    find: (c) => {
      const burst = massBurstOf(c);
      const rest = c.host?.host.bursts.at(-1);
      const times = c.host?.host.times;
      const after = burst && rest && rest !== burst && rest.first.timeNs - burst.last.timeNs <= times!.killNs;
      return at(rest?.first, after, rest?.left === 0);
    },
  },
  'host-silent-after-closing': {
    says: 'then the host of the {gone} was asked in vain',
    find: (c) => {
      const closing = closingOf(c);
      // Who forgot the FIN may do so by itself in time, whatever silence came before: a path that was cut for a while.
      if (FACTS_OF_CLOSING['fin-reset-soon'].find(c)) return null;
      const silence = silenceAfter(c, closing);
      const soon = silence && silence.since.timeNs - closing!.timeNs <= c.host!.host.times.shutdownNs;
      return at(silence?.since, soon);
    },
  },
  'host-silent-to-all': {
    says: 'several connections asked the host of the {gone} in vain at once',
    find: (c) => {
      const silence = silenceMet(c);
      // Who was asked in vain when the host was heard again was not asked for nothing but that.
      const back = c.host?.host.returns.findLast((one) => one.silence === silence);
      const askedOn = back && isUnanswered(c.survivor.end) && c.survivor.end.lastAskNs > back.at.timeNs;
      return at(silence?.since, (silence?.connections ?? 0) >= 2, !askedOn);
    },
  },
  'host-forgot-later': {
    says: 'later the host of the {gone} came back without the connections of before',
    find: (c) => {
      const back = c.host?.host.returns.find(({ at: when }) => when.timeNs > c.survivor.end.unansweredNs);
      return at(back?.forgot, isUnanswered(c.survivor.end), (back?.forgotten ?? 0) >= 2, !back?.remembers);
    },
  },
  'host-outlived': {
    says: 'later the host of the {gone} went on with other connections of before: it had not died',
    find: (c) => {
      const { lastAskNs, unansweredNs } = c.survivor.end;
      const back = c.host?.host.returns.find(({ at: when }) => when.timeNs > lastAskNs);
      // Resends come at twice the interval each time: who has not asked for longer than that asks no more.
      const asksNoMore = c.survivor.notes.gaveUp || c.clockNs - lastAskNs > 2 * (lastAskNs - unansweredNs);
      return at(back?.remembers, isUnanswered(c.survivor.end), asksNoMore);
    },
  },
  'host-heard-since': {
    says: 'meanwhile the host of the {gone} went on with another connection of before',
    find: (c) => {
      const since = isUnanswered(c.survivor.end) ? c.survivor.end.unansweredNs : c.gone.fin?.timeNs;
      const back = c.host?.host.returns.findLast(({ at: when }) => when.timeNs > (since ?? Number.POSITIVE_INFINITY));
      return at(back?.remembers, !c.host?.host.silence);
    },
  },
  'host-hears-others': {
    says: 'meanwhile the host of the {gone} answered others',
    find: (c) => {
      const { unansweredNs, lastAskNs } = c.survivor.end;
      if (!c.host || !isUnanswered(c.survivor.end)) return null;
      const { lastHeard, host } = c.host;
      // Of a host that fell silent and came back, only what was asked after that tells, once it could have been answered.
      const back = host.returns.findLast(({ at: when }) => when.timeNs > unansweredNs);
      const waitedNs = back ? Math.min(lastAskNs - back.at.timeNs, c.clockNs - lastAskNs) : host.times.crossingNs;
      const asked = waitedNs >= host.times.crossingNs;
      return at(lastHeard, asked, lastHeard.timeNs - unansweredNs >= host.times.livesNs);
    },
  },
  'host-answers-on': {
    says: 'the host of the {gone} was heard long after: it is up, the same boot or another',
    find: (c) => {
      const closing = closingOf(c);
      const heard = c.host?.lastHeard;
      return at(
        heard,
        closing && heard && heard.timeNs - closing.timeNs > c.host!.host.times.killNs,
        !silenceAfter(c, closing),
      );
    },
  },
  'port-refuses-now': {
    says: 'then the {gone} refused a new connection to this port: nobody listens any more',
    find: (c) => {
      const { refused = null, accepted = null } = serviceOf(c) ?? {};
      const closing = closingOf(c);
      const gone = refused && (!accepted || accepted.timeNs < refused.timeNs);
      // As long as another connection of the port is open, somebody is there who has one.
      const after = closing && gone && refused.timeNs > closing.timeNs && refused.alive === 0;
      return at(refused, after, !silenceAfter(c, closing));
    },
  },
  'port-accepts-on': {
    says: 'then the {gone} accepted a new connection to this port: somebody listens',
    find: (c) => {
      const { accepted = null } = serviceOf(c) ?? {};
      const closing = closingOf(c);
      return at(accepted, closing && accepted && accepted.timeNs > closing.timeNs, !silenceAfter(c, closing));
    },
  },
  'link-address-changed': {
    says: 'the host of the {gone} has another link-layer address, or another TTL, than before',
    find: (c) => returnBefore(c, suddenReset(c, 'no-socket'))?.moved ?? null,
  },
  'host-was-silent': {
    says: 'several connections had asked the host of the {gone} in vain before',
    find: (c) => {
      const silence = returnBefore(c, suddenReset(c, 'no-socket'))?.silence;
      return at(silence?.since, (silence?.connections ?? 0) >= 2);
    },
  },
  'host-forgot-others': {
    says: 'the host of the {gone} had forgotten other connections too',
    find: (c) => {
      const back = returnBefore(c, suddenReset(c, 'no-socket'));
      return at(back?.forgot, back?.silence, (back?.forgotten ?? 0) >= 2);
    },
  },
  'others-forgotten-too': {
    says: 'the {gone} answered other connections of before in the same way',
    find: (c) => {
      const back = returnBefore(c, suddenReset(c, 'no-socket'));
      return at(back?.forgot, (back?.forgotten ?? 0) >= 2);
    },
  },
  'host-answers-anew': {
    says: 'once back, the host of the {gone} answered a new connection',
    find: (c) => {
      const back = returnBefore(c, decisiveReset(c.gone));
      return at(back?.silence && (back.accepts ?? back.refuses));
    },
  },
  'host-remembers-others': {
    says: 'the host of the {gone} went on with other connections of before',
    find: (c) => returnBefore(c, suddenReset(c, 'no-socket'))?.remembers ?? null,
  },
} as const satisfies Record<string, FactRow>;
