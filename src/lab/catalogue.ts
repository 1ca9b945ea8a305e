// Every scenario the lab can play, in the order of the document.

import type { Scenario } from './scenario.js';
import { arrivals } from './scenarios/arrivals.js';
import { connectFailures } from './scenarios/connect-failures.js';
import { deliberate } from './scenarios/deliberate.js';
import { handshakeFailures } from './scenarios/handshake-failures.js';
import { hostCrashed } from './scenarios/host-crashed.js';
import { hostRebooted } from './scenarios/host-rebooted.js';
import { hostShutdown } from './scenarios/host-shutdown.js';
import { hostsBehindPaths } from './scenarios/hosts-behind-paths.js';
import { hostsEnded } from './scenarios/hosts-ended.js';
import { hostsVanished } from './scenarios/hosts-vanished.js';
import { lossy } from './scenarios/lossy.js';
import { middlebox } from './scenarios/middlebox.js';
import { normalClose } from './scenarios/normal-close.js';
import { pathLost } from './scenarios/path-lost.js';
import { processTerminated } from './scenarios/process-terminated.js';
import { reuse } from './scenarios/reuse.js';
import { seldom } from './scenarios/seldom.js';

export const catalogue: readonly Scenario[] = [
  ...normalClose,
  ...processTerminated,
  ...hostCrashed,
  ...hostRebooted,
  ...hostShutdown,
  ...pathLost,
  ...deliberate,
  ...connectFailures,
  ...handshakeFailures,
  ...middlebox,
  ...reuse,
  ...lossy,
  ...arrivals,
  ...seldom,
  ...hostsEnded,
  ...hostsVanished,
  ...hostsBehindPaths,
];
