// Short stories that bring the two ends of a connection into every state there is, and leave them there.
//
// A story without losses ends in states that last as they are. A story with losses lasts as long as the router goes on
// losing; each says what the router drops of it, in nft's words.

import { type Family, NOBODY, type TwoKernels } from './two-kernels.js';

/** One connection of one story: its sockets, to be used in the order of the story. */
export class Line {
  client = -1;
  server = -1;

  constructor(
    readonly kernels: TwoKernels,
    readonly family: Family,
    /** The client's. */
    public port: number,
  ) {}

  meets(): void {
    this.client = this.kernels.connect(this.family, this.port);
    this.server = this.kernels.accept(this.family, this.port).fd;
  }

  /** The client's SYN leaves; what comes of it is not waited for. */
  begins(): void {
    this.client = this.kernels.connect(this.family, this.port, { withinMs: 1, expect: 'blocked' });
  }

  /** A line from the client to the server, read there. */
  asks(): void {
    this.kernels.writes(this.client, 'hello');
    this.kernels.reads(this.server);
  }

  /** A line from the server to the client, read there. */
  answers(): void {
    this.kernels.writes(this.server, 'hello');
    this.kernels.reads(this.client);
  }
}

export interface Story {
  readonly name: string;
  readonly losing?: (port: number) => readonly string[];
  play(line: Line): void | Promise<void>;
  /** Between two samples life goes on. */
  goOn?(line: Line): void;
  /** Once the router drops nothing any more. */
  recover?(line: Line): void;
}

const SYN = 'tcp flags & (syn | ack) == syn';
const SYN_ACK = 'tcp flags & (syn | ack) == (syn | ack)';
const FIN = 'tcp flags & fin == fin';
const RST = 'tcp flags & rst == rst';
const BARE_ACK = 'tcp flags & (syn | fin | rst | psh) == 0';
const fromClient = (port: number, what: string): string => `tcp sport ${port} ${what}`;
const fromServer = (port: number, what: string): string => `tcp dport ${port} ${what}`;

/** The server's port when it connects by itself. */
const BACK = 7000;

export const CALM: readonly Story[] = [
  {
    name: 'both talk',
    play(line) {
      line.meets();
      line.asks();
      line.answers();
    },
    goOn(line) {
      line.asks();
      line.answers();
    },
  },
  {
    name: 'refused',
    play({ kernels, family, port }) {
      kernels.connect(family, port, { to: NOBODY, expect: 'ECONNREFUSED' });
    },
  },
  {
    name: 'client aborts',
    play(line) {
      line.meets();
      line.asks();
      line.kernels.aborts(line.client);
    },
  },
  {
    name: 'server aborts',
    play(line) {
      line.meets();
      line.asks();
      line.kernels.aborts(line.server);
    },
  },
  {
    name: 'server closes with unread input',
    play(line) {
      line.meets();
      line.kernels.writes(line.client, 'never read');
      line.kernels.waitsFor(line.server);
      line.kernels.closes(line.server);
    },
  },
  {
    name: 'client closes first',
    play(line) {
      line.meets();
      line.asks();
      line.kernels.closes(line.client);
      line.kernels.waitsFor(line.server);
      line.kernels.closes(line.server);
    },
  },
  {
    name: 'server closes first',
    play(line) {
      line.meets();
      line.asks();
      line.kernels.closes(line.server);
      line.kernels.waitsFor(line.client);
      line.kernels.closes(line.client);
    },
  },
  {
    name: 'client half closes, data goes on',
    play(line) {
      line.meets();
      line.asks();
      line.kernels.shutsDownWriting(line.client);
      line.answers();
    },
    goOn: (line) => line.answers(),
  },
  {
    name: 'server half closes, data goes on',
    play(line) {
      line.meets();
      line.answers();
      line.kernels.shutsDownWriting(line.server);
      line.asks();
    },
    goOn: (line) => line.asks(),
  },
  {
    name: 'client closes, server stays',
    play(line) {
      line.meets();
      line.kernels.closes(line.client);
    },
  },
  {
    name: 'server closes, client stays',
    play(line) {
      line.meets();
      line.kernels.closes(line.server);
    },
  },
  {
    name: 'server closes, client writes',
    play(line) {
      line.meets();
      line.kernels.closes(line.server);
      line.kernels.waitsFor(line.client);
      line.kernels.writes(line.client, 'too late');
    },
  },
  {
    name: 'client killed',
    async play(line) {
      const { child, fd, port } = await line.kernels.process(line.family);
      Object.assign(line, { server: fd, port });
      await line.kernels.kills(child);
    },
  },
  {
    name: 'client killed with unread input',
    async play(line) {
      const { child, fd, port } = await line.kernels.process(line.family);
      Object.assign(line, { server: fd, port });
      line.kernels.writes(fd, 'never read');
      await line.kernels.kills(child);
    },
  },
];

export const LOSSY: readonly Story[] = [
  {
    name: 'SYN lost',
    losing: (port) => [fromClient(port, SYN)],
    play: (line) => line.begins(),
  },
  {
    name: 'SYN-ACK lost',
    losing: (port) => [fromServer(port, SYN_ACK)],
    play: (line) => line.begins(),
  },
  {
    name: 'SYNs of both lost',
    losing: (port) => [fromClient(port, SYN), fromServer(port, SYN)],
    play(line) {
      const { kernels, family, port } = line;
      line.client = kernels.connect(family, port, { to: BACK, withinMs: 1, expect: 'blocked' });
      line.server = kernels.connectBack(family, BACK, port);
    },
  },
  {
    name: 'final ACK lost',
    losing: (port) => [fromClient(port, BARE_ACK)],
    play(line) {
      line.client = line.kernels.connect(line.family, line.port);
    },
    recover: (line) => line.kernels.writes(line.client, 'there at last'),
  },
  {
    name: 'SYN lost, client gives up',
    losing: (port) => [fromClient(port, SYN)],
    play(line) {
      line.begins();
      line.kernels.closes(line.client);
    },
  },
  {
    name: 'SYN-ACK lost, client gives up',
    losing: (port) => [fromServer(port, SYN_ACK)],
    play(line) {
      line.begins();
      line.kernels.closes(line.client);
    },
  },
  {
    name: "client's FIN lost",
    losing: (port) => [fromClient(port, FIN)],
    play(line) {
      line.meets();
      line.asks();
      line.kernels.closes(line.client);
    },
  },
  {
    name: "server's FIN lost",
    losing: (port) => [fromServer(port, FIN)],
    play(line) {
      line.meets();
      line.asks();
      line.kernels.shutsDownWriting(line.server);
    },
  },
  {
    name: 'FINs of both lost',
    losing: (port) => [fromClient(port, FIN), fromServer(port, FIN)],
    play(line) {
      line.meets();
      line.asks();
      line.kernels.closes(line.client);
      line.kernels.closes(line.server);
    },
  },
  {
    name: "client's FIN lost, then the server closes",
    losing: (port) => [fromClient(port, FIN)],
    play(line) {
      line.meets();
      line.kernels.closes(line.client);
      line.kernels.closes(line.server);
    },
  },
  {
    name: "server's FIN lost, then the client closes",
    losing: (port) => [fromServer(port, FIN)],
    play(line) {
      line.meets();
      line.kernels.shutsDownWriting(line.server);
      line.kernels.shutsDownWriting(line.client);
    },
  },
  {
    name: 'client closes, the FIN after it lost',
    losing: (port) => [fromServer(port, FIN)],
    play(line) {
      line.meets();
      line.kernels.closes(line.client);
      line.kernels.waitsFor(line.server);
      line.kernels.closes(line.server);
    },
  },
  {
    name: 'server closes, the FIN after it lost',
    losing: (port) => [fromClient(port, FIN)],
    play(line) {
      line.meets();
      line.kernels.shutsDownWriting(line.server);
      line.kernels.waitsFor(line.client);
      line.kernels.shutsDownWriting(line.client);
    },
  },
  {
    name: 'ACK of FIN lost',
    losing: (port) => [fromServer(port, BARE_ACK)],
    play(line) {
      line.meets();
      line.kernels.closes(line.client);
    },
  },
  {
    name: 'last ACK lost',
    losing: (port) => [fromServer(port, BARE_ACK)],
    play(line) {
      line.meets();
      line.kernels.closes(line.server);
      line.kernels.waitsFor(line.client);
      line.kernels.closes(line.client);
    },
  },
  {
    name: 'RST lost',
    losing: (port) => [fromClient(port, RST)],
    play(line) {
      line.meets();
      line.kernels.aborts(line.client);
    },
    recover: (line) => line.kernels.writes(line.server, 'anybody there?'),
  },
];
