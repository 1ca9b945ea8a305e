// When each fact about a host is said, with its numbers.

import { MANY } from '../hosts/bursts.js';
import type { HostFactId } from '../hosts/facts.js';
import { HOST_TIMES } from '../hosts/times.js';
import { span } from './spans.js';

const SILENCE = "It counts as the host's where two connections or more wait, or every open one";

export const HOST_FACT_NOTES: Readonly<Record<HostFactId, string>> = {
  'services-closed-together': `Closes at most ${span(HOST_TIMES.burstGapNs)} apart and ${span(HOST_TIMES.burstNs)} in all are one burst. It left two services or more without a connection, or a series of bursts up to ${span(HOST_TIMES.killNs)} apart left none at all.`,
  'service-closed-together': 'The last burst, or the last that took several services.',
  'nothing-left': 'After the last burst no connection of the host was open.',
  'rest-closed-later': `The last burst left nothing open, at most ${span(HOST_TIMES.killNs)} after the one before (systemd waits 90 s between SIGTERM and SIGKILL, others from 5 s).`,
  'silent-after-closing': `A silence that began at most ${span(HOST_TIMES.shutdownNs)} after the burst.`,
  'is-silent': `${SILENCE}. It lasts to the end of what is known.`,
  'was-silent': `${SILENCE}. Then the host was heard again.`,
  'several-wait': 'Two connections or more went unanswered in the same silence.',
  'many-wait': 'Three connections or more, or SYNs of as many, went unanswered in the same silence.',
  'open-ones-wait': 'At least one of those that wait had not been closed by the host.',
  'announced-elsewhere':
    'ARP or neighbour discovery of its address came from another link-layer address than its segments had.',
  'heard-again': 'Any segment of it after the silence.',
  'answered-who-waited': 'Its waiting ended with an answer, after the host had been heard again.',
  'refusal-fits': 'The RST has the TTL that connections of the host begin with, and these all had the same.',
  'link-asks-in-vain': 'ARP or neighbour solicitations for it went unanswered during the silence.',
  'reported-unreachable': 'A router sent ICMP host or network unreachable about it during the silence.',
  remembers: 'Since it is heard again it acknowledged or sent on a connection that is older: the same boot.',
  forgot: 'Since it is heard again it answered an older connection with a RST of no socket.',
  'forgot-several': 'The same, two connections or more.',
  moved:
    'Frames from another link-layer (MAC) address than all before; or, where its connections had all begun with one TTL, a RST with another, and then a new connection that begins with that one.',
  'answers-anew': 'Since it is heard again a new SYN was accepted, or refused: either needs a living host.',
  'served-again':
    'A SYN to one of the closed ports was answered with SYN-ACK after the burst, with no silence between.',
  'refuses-now': 'A SYN to one of the closed ports was refused after the burst, and none accepted since.',
  'refused-meanwhile': 'A SYN to one of the closed ports was refused after the burst: nobody listened for a time.',
  'many-closed': `At least ${MANY} connections: ordinary closes seldom come together so often.`,
  'answers-on': `Heard more than ${span(HOST_TIMES.killNs)} after the burst.`,
  'another-lives': `Heard ${span(HOST_TIMES.livesNs)} or more after the burst, with connections of other services still open.`,
  'hears-others': `One connection waits; ${span(HOST_TIMES.livesNs)} or more after its first unanswered segment the host was heard by others.`,
};
