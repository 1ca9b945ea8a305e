// Who is the client: by SYN if there is one, else by the best guess; `roles` in the record says which.

import { ACK, type Segment, SYN } from '../wire/segment.js';
import { CLIENT_IS_HIGH, type Connection, MID_STREAM, ROLE_SOURCES, ROLES_SHIFT } from './connection.js';

/** Ports below are services, from here on ephemeral (Linux ip_local_port_range; IANA's range is above it). */
const FIRST_EPHEMERAL_PORT = 32768;

/**
 * @param segment the connection's first
 * @param fromHigh the high end sent it
 * @param serverPorts ports that the user named: of a connection picked up mid-stream the server's
 */
export function assignRoles(
  { flags, sourcePort, destinationPort }: Segment,
  fromHigh: boolean,
  serverPorts: readonly number[],
  connection: Connection,
): void {
  let how: (typeof ROLE_SOURCES)[number] = 'first-seen';
  let senderIsClient = true;
  if ((flags & (SYN | ACK)) === SYN) how = 'syn';
  else if (flags & SYN) {
    how = 'syn-ack';
    senderIsClient = false;
  } else if (serverPorts.includes(sourcePort) !== serverPorts.includes(destinationPort)) {
    how = 'filter-port';
    senderIsClient = serverPorts.includes(destinationPort);
  } else if (sourcePort < FIRST_EPHEMERAL_PORT !== destinationPort < FIRST_EPHEMERAL_PORT) {
    how = 'service-port';
    senderIsClient = destinationPort < FIRST_EPHEMERAL_PORT;
  }
  if ((flags & SYN) === 0) connection.set(MID_STREAM);
  connection.set(ROLE_SOURCES.indexOf(how) << ROLES_SHIFT);
  if (senderIsClient === fromHigh) connection.set(CLIENT_IS_HIGH);
}
