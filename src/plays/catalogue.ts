// Every play, in the order of the document. Read SCENARIOS for what tcpwatch says of each.

import type { Director } from './director.js';
import type { Play } from './play.js';

/** Data is resent for some 13 seconds; by default (15) for some 15 minutes. Documentation/networking/ip-sysctl.rst. */
const SOON = { 'net.ipv4.tcp_retries2': 5 };

const SHORTENED =
  'The kernel would go on for some 15 minutes (tcp_retries2 15); for this play it gives up after 13 s (tcp_retries2 5).';

/** The document's client writes whatever its user types, and only then reads. */
async function typesOn(director: Director, line: string): Promise<void> {
  await director.types(line);
  await director.reads();
}

export const PLAYS: readonly Play[] = [
  {
    id: 'normal-close',
    title: 'both programs close: two FINs, and TIME-WAIT at one end',
    seconds: 8,
    stage: 'loopback',
    async act(director) {
      await director.says('The client connects and says hello; the server echoes it.');
      const child = await director.talks();
      await director.says(
        'The client closes: FIN. The server reads EOF and closes too. Who closed first holds TIME-WAIT for a minute, in case the last ACK is lost.',
      );
      director.does('ends the input of the client');
      await director.client.closes();
      await child.gone;
    },
  },
  {
    id: 'process-terminated',
    title: 'the server is killed: FIN, then RST, then EPIPE',
    seconds: 18,
    stage: 'loopback',
    async act(director) {
      await director.says('The client connects and says hello; a child of the server echoes it.');
      const child = await director.talks();
      await director.says(
        'The child is killed. Its kernel closes its sockets: FIN. The client waits for its user, in fgets(), and does not see it.',
      );
      await director.kills('kill -9', child);
      await director.says(
        'The user types on. A FIN only says that the server sends no more, so the client may write; but nobody is there to read: RST. read() still gives the EOF of before.',
      );
      await typesOn(director, 'after server close');
      await director.says(
        'The client ignores that and writes again: the kernel knows by now, EPIPE. (SIGPIPE ends a program that does not ignore it.)',
      );
      await director.types('and again');
      await director.client.closes();
      await director.says(
        'A better client waits for its user and for the server at once, with select() or poll(). It connects; the server gives it a new child.',
      );
      const watchful = await director.anotherClient();
      const second = await director.talks(watchful);
      await director.says('That child is killed too. This client sees the EOF at once and closes: nothing is lost.');
      const reading = director.reads(watchful);
      await director.kills('kill -9', second);
      await reading;
      await watchful.closes();
    },
  },
  {
    id: 'host-crashed',
    title: "the server's host dies: resends in vain, then ETIMEDOUT",
    seconds: 23,
    stage: 'routed',
    tuning: SOON,
    async act(director) {
      await director.says('The client connects and says hello; the server, on another host, echoes it.');
      await director.talks();
      await director.says(
        'The host of the server dies: no FIN, no RST. The client cannot know: an idle connection sends nothing, so it misses nothing.',
      );
      await director.unplugs();
      await director.says(
        `The user types. write() only hands it to the kernel, which sends it again and again. ${SHORTENED}`,
      );
      await typesOn(director, 'are you there?');
    },
  },
  {
    id: 'host-rebooted',
    title: "the server's host dies and boots: RST, ECONNRESET",
    seconds: 11,
    stage: 'routed',
    async act(director) {
      await director.says('The client connects and says hello; the server, on another host, echoes it.');
      await director.talks();
      await director.says(
        'The host of the server dies and boots, and its server runs again. The client has been idle and knows nothing of it.',
      );
      await director.reboots();
      await director.listens(await director.anotherServer());
      await director.says('The user types. The new kernel knows no such connection: RST, and read() gives ECONNRESET.');
      await typesOn(director, 'are you there?');
    },
  },
  {
    id: 'host-shutdown',
    title: "the server's host is shut down: FIN, then silence",
    seconds: 34,
    stage: 'routed',
    tuning: SOON,
    async act(director) {
      await director.says('The client connects and says hello; the child that serves it ignores SIGTERM.');
      const child = await director.talks(undefined, (stubborn) => stubborn.ignoresSigterm());
      await director.says('Shutdown: init asks every process to end (SIGTERM), and waits 5 s for those that do not.');
      director.asks(child);
      await director.kills('kill', director.server);
      await director.passes(5000);
      await director.says('What is left is killed (SIGKILL). Its kernel still lives and closes its sockets: FIN.');
      await director.kills('kill -9', child);
      await director.says('Then the host is off. The client has acknowledged the FIN and waits for its user.');
      await director.unplugs();
      await director.says(`The user types. This time no RST comes back: nobody is there to send one. ${SHORTENED}`);
      await typesOn(director, 'after server close');
      await director.forgets();
      await director.types('and again');
    },
  },
  {
    id: 'connect-refused',
    title: 'nobody listens: RST to the SYN, ECONNREFUSED',
    seconds: 4,
    stage: 'loopback',
    serverDeaf: true,
    async act(director) {
      await director.says(
        'The server runs but does not listen. The client connects: its SYN finds no socket, and the kernel answers RST.',
      );
      await director.connects();
    },
  },
  {
    id: 'aborted',
    title: 'the server closes with SO_LINGER 0: RST, ECONNRESET',
    seconds: 8,
    stage: 'loopback',
    async act(director) {
      await director.says('The client connects and says hello; the server reads it and answers.');
      const child = await director.meets();
      await director.types('hello');
      await child.reads();
      await child.writes('hello');
      await director.reads();
      await director.says(
        'The server closes with SO_LINGER 0: no FIN and no waiting, a RST at once. The process is alive and well; the client gets ECONNRESET.',
      );
      const reading = director.reads();
      director.does('has the server close with SO_LINGER 0');
      await child.aborts();
      await reading;
    },
  },
];
