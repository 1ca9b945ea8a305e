// When each fact is said that the other connections of a host, or what came later, tell.

import type { FACTS_FROM_HOSTS } from '../facts-from-hosts.js';
import { HOST_TIMES } from '../hosts/times.js';
import type { Note } from './note.js';
import { span } from './spans.js';

const BURST = `Closes at most ${span(HOST_TIMES.burstGapNs)} apart and ${span(HOST_TIMES.burstNs)} in all are one burst (an orderly shutdown: 24 to 61 ms, measured).`;

export const HOST_NOTES: Readonly<Record<keyof typeof FACTS_FROM_HOSTS, Note>> = {
  'ports-ended-together': {
    says: `${BURST} It must leave no connection on two services or more; bursts up to ${span(HOST_TIMES.killNs)} apart count as a series.`,
    references: ['stevens-shutdown'],
  },
  'port-ended-together': {
    says: `${BURST} It must take at least two connections of the port and leave none. If all of them had been idle for equally long, a timeout does the same.`,
    references: ['stevens-process'],
  },
  'rest-ended-later': {
    says: `A later burst left nothing open, at most ${span(HOST_TIMES.killNs)} after the first: init waits before SIGKILL (systemd 90 s, others from 5 s).`,
    references: ['stevens-shutdown'],
  },
  'host-silent-after-closing': {
    says: `Somebody asked the host in vain, at most ${span(HOST_TIMES.shutdownNs)} after it had closed this connection.`,
    references: ['stevens-shutdown'],
  },
  'host-silent-to-all': {
    says: 'Two connections or more of the host waited in the same silence.',
    references: ['stevens-crash'],
  },
  'host-forgot-later': {
    says: 'When the host was heard again it answered at least two connections of before with RST, and went on with none.',
    references: ['rfc-half-open'],
  },
  'host-outlived': {
    says: 'When the host was heard again it went on with another connection of before: a new boot could not.',
    references: ['rfc-half-open'],
  },
  'host-heard-since': {
    says: 'Whoever remembers a connection has not died. Why this one is not answered, the next resends tell.',
    references: ['rfc-failures'],
  },
  'host-hears-others': {
    says: `The host was heard by others at least ${span(HOST_TIMES.livesNs)} after the first unanswered segment of this connection.`,
    references: ['rfc-failures'],
  },
  'host-answers-on': {
    says: `The host was heard more than ${span(HOST_TIMES.killNs)} after the close, and nobody asked it in vain meanwhile.`,
    references: ['stevens-process'],
  },
  'port-refuses-now': {
    says: 'A SYN to the same port was answered with RST after the close, and none was accepted since; the host had not fallen silent.',
    references: ['rfc-reset'],
  },
  'port-accepts-on': {
    says: 'A SYN to the same port was accepted after the close; the host had not fallen silent.',
    references: ['rfc-handshake'],
  },
  'link-address-changed': {
    says: 'The frame with the RST comes from another link-layer (MAC) address than all those of the host before; or, where its connections had all begun with one TTL, the RST has another, and a new connection then begins with that one.',
    references: ['rfc-arp'],
  },
  'host-was-silent': {
    says: 'Two connections or more had asked the host in vain before the RST.',
    references: ['rfc-failures'],
  },
  'host-forgot-others': {
    says: 'After a silence the host answered two connections or more of before with RST.',
    references: ['rfc-half-open'],
  },
  'others-forgotten-too': {
    says: 'Two connections or more of before were answered with RST, whether there had been a silence or not.',
    references: ['rfc-half-open'],
  },
  'host-answers-anew': {
    says: 'After a silence the host accepted a new connection or refused it: it is up.',
    references: ['rfc-handshake', 'rfc-reset'],
  },
  'host-remembers-others': {
    says: 'Once back, the host went on with another connection of before: it had not rebooted.',
    references: ['rfc-half-open'],
  },
};
