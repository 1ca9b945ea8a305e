// The few libc calls the lab's programs make, through koffi. Read socket(7), tcp(7) and poll(2) first.
//
// Node's own net module hides errno, closes on EOF and never lets a program choose SO_LINGER; what a program *sees* when
// its connection dies is half of every fixture, so the programs of the lab stand on the same calls as the C ones they mimic.
// Sockets block as a plain program's would, but every wait is a poll() with a limit, so that a step always ends.

import { constants } from 'node:os';

export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = 0o2000000;
export const IPPROTO_RAW = 255;

export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

export const POLLIN = 1;
export const POLLOUT = 4;

const MSG_OOB = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SOL_SOCKET = 1;
const SIG_IGN = 1;

/** [level, option] of each socket option a scenario may set to an integer. */
export const OPTIONS = {
  SO_REUSEADDR: [SOL_SOCKET, 2],
  SO_KEEPALIVE: [SOL_SOCKET, 9],
  SO_LINGER: [SOL_SOCKET, 13],
  SO_SNDTIMEO: [SOL_SOCKET, 21],
  TCP_NODELAY: [6, 1],
  TCP_KEEPIDLE: [6, 4],
  TCP_KEEPINTVL: [6, 5],
  TCP_KEEPCNT: [6, 6],
  TCP_USER_TIMEOUT: [6, 18],
  TCP_REPAIR: [6, 19],
  TCP_FASTOPEN_CONNECT: [6, 30],
  IPV6_V6ONLY: [41, 26],
} as const satisfies Record<string, readonly [level: number, option: number]>;

export type OptionName = keyof typeof OPTIONS;

/** An endpoint as people write it. */
export interface Endpoint {
  address: string;
  port: number;
}

/** What a call returned: a count (or descriptor), or the name of its errno. */
export type Outcome = number | string;

const names = new Map(Object.entries(constants.errno).map(([name, value]) => [value, name]));
names.set(constants.errno.EAGAIN, 'EAGAIN');

/** The calls, bound on first use: koffi is optional and only the lab's programs need it. */
export type Libc = Awaited<ReturnType<typeof loadLibc>>;

export async function loadLibc() {
  const { default: koffi } = await import('koffi');
  const library = koffi.load(null);
  const c = {
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, const void *, uint32_t)'),
    listen: library.func('int listen(int, int)'),
    accept4: library.func('int accept4(int, void *, void *, int)'),
    connect: library.func('int connect(int, const void *, uint32_t)'),
    send: library.func('long send(int, const void *, size_t, int)'),
    sendto: library.func('long sendto(int, const void *, size_t, int, const void *, uint32_t)'),
    recv: library.func('long recv(int, void *, size_t, int)'),
    shutdown: library.func('int shutdown(int, int)'),
    close: library.func('int close(int)'),
    setsockopt: library.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockname: library.func('int getsockname(int, void *, void *)'),
    poll: library.func('int poll(void *, unsigned long, int)'),
    inet_pton: library.func('int inet_pton(int, const char *, void *)'),
    inet_ntop: library.func('const char *inet_ntop(int, const void *, void *, uint32_t)'),
    ioctl: library.func('int ioctl(int, unsigned long, ...)'),
    signal: library.func('intptr_t signal(int, intptr_t)'),
  };

  const outcome = (returned: number): Outcome => {
    if (returned >= 0) return returned;
    const errno = koffi.errno();
    return names.get(errno) ?? `errno ${errno}`;
  };

  /** struct sockaddr_in or sockaddr_in6. */
  const encode = ({ address, port }: Endpoint): Buffer => {
    const six = address.includes(':');
    const bytes = Buffer.alloc(six ? 28 : 16);
    bytes.writeUInt16LE(six ? AF_INET6 : AF_INET, 0);
    bytes.writeUInt16BE(port, 2);
    const binary = Buffer.alloc(16);
    if (c.inet_pton(six ? AF_INET6 : AF_INET, address, binary) !== 1) throw new Error(`not an address: ${address}`);
    binary.copy(bytes, six ? 8 : 4, 0, six ? 16 : 4);
    return bytes;
  };

  const decode = (bytes: Buffer): Endpoint => {
    const family = bytes.readUInt16LE(0);
    const six = family === AF_INET6;
    const address = c.inet_ntop(family, bytes.subarray(six ? 8 : 4), Buffer.alloc(64), 64) as string;
    return { address, port: bytes.readUInt16BE(2) };
  };

  const lengthOf = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return length;
  };

  const setInteger = (fd: number, name: OptionName, value: number): Outcome => {
    const [level, option] = OPTIONS[name];
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return outcome(c.setsockopt(fd, level, option, bytes, 4));
  };

  return {
    encode,
    setInteger,

    socket: (family: number): Outcome => outcome(c.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)),
    rawSocket: (family: number): Outcome => outcome(c.socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)),
    bind: (fd: number, at: Endpoint): Outcome => {
      const name = encode(at);
      return outcome(c.bind(fd, name, name.length));
    },
    listen: (fd: number, backlog: number): Outcome => outcome(c.listen(fd, backlog)),
    shutdown: (fd: number, how: number): Outcome => outcome(c.shutdown(fd, how)),
    close: (fd: number): Outcome => outcome(c.close(fd)),
    ioctl: (fd: number, request: number, argument: Buffer): Outcome =>
      outcome(c.ioctl(fd, request, 'void *', argument)),
    address: (bytes: Buffer): bigint => BigInt(koffi.address(bytes)),

    /** signal(2) with SIG_IGN. */
    ignore: (signal: number): Outcome => outcome(Number(c.signal(signal, SIG_IGN))),

    /** connect(2), blocking as a plain program's: a soft error that a poll() would already show is not an answer yet. */
    connect(fd: number, to: Endpoint, timeoutMs: number): Outcome {
      const [level, option] = OPTIONS.SO_SNDTIMEO;
      const limit = (ms: number): Buffer => {
        const bytes = Buffer.alloc(16);
        bytes.writeBigInt64LE(BigInt(Math.floor(ms / 1000)), 0);
        bytes.writeBigInt64LE(BigInt((ms % 1000) * 1000), 8);
        return bytes;
      };
      c.setsockopt(fd, level, option, limit(timeoutMs), 16);
      const name = encode(to);
      const connected = outcome(c.connect(fd, name, name.length));
      c.setsockopt(fd, level, option, limit(0), 16);
      return connected === 'EINPROGRESS' ? 'blocked' : connected;
    },

    accept(fd: number, timeoutMs: number): { fd: Outcome; peer: Endpoint | null } {
      if (!this.wait(fd, POLLIN, timeoutMs)) return { fd: 'blocked', peer: null };
      const peer = Buffer.alloc(28);
      const accepted = outcome(c.accept4(fd, peer, lengthOf(peer), SOCK_CLOEXEC));
      return { fd: accepted, peer: typeof accepted === 'number' ? decode(peer) : null };
    },

    localEnd(fd: number): Endpoint {
      const name = Buffer.alloc(28);
      c.getsockname(fd, name, lengthOf(name));
      return decode(name);
    },

    send(fd: number, bytes: Uint8Array, timeoutMs: number, urgent = false): Outcome {
      if (!this.wait(fd, POLLOUT, timeoutMs)) return 'blocked';
      return outcome(c.send(fd, bytes, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT | (urgent ? MSG_OOB : 0)));
    },

    sendTo: (fd: number, bytes: Uint8Array, to: Endpoint): Outcome => {
      const name = encode(to);
      return outcome(c.sendto(fd, bytes, bytes.length, 0, name, name.length));
    },

    receive(fd: number, into: Buffer, timeoutMs: number): Outcome {
      if (!this.wait(fd, POLLIN, timeoutMs)) return 'blocked';
      return outcome(c.recv(fd, into, into.length, MSG_DONTWAIT));
    },

    /** SO_LINGER with this many seconds: 0 makes close() an abort. */
    linger: (fd: number, seconds: number): Outcome => {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32LE(1, 0);
      bytes.writeInt32LE(seconds, 4);
      const [level, option] = OPTIONS.SO_LINGER;
      return outcome(c.setsockopt(fd, level, option, bytes, 8));
    },

    /** Whether the descriptor became ready (or failed) within the limit. */
    wait(fd: number, events: number, timeoutMs: number): boolean {
      return this.waitAny([fd], events, timeoutMs)[0]!;
    },

    /** Which of the descriptors became ready (or failed) within the limit. */
    waitAny(fds: readonly number[], events: number, timeoutMs: number): boolean[] {
      const set = Buffer.alloc(8 * fds.length);
      fds.forEach((fd, i) => {
        set.writeInt32LE(fd, 8 * i);
        set.writeInt16LE(events, 8 * i + 4);
      });
      c.poll(set, fds.length, Math.ceil(timeoutMs));
      return fds.map((_, i) => set.readInt16LE(8 * i + 6) !== 0);
    },
  };
}
