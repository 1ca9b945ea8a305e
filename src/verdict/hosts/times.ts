// How long things take at hosts, in packet time. Measured where a source is named; whoever knows better can say so.

export const HOST_TIMES = {
  /** Endings that follow each other so closely are one burst (an orderly shutdown: all FINs within 24 to 61 ms). */
  burstGapNs: 100e6,
  /** And no burst is longer: a busy server's closes would never end. */
  burstNs: 500e6,
  /** A server that closes because it has answered does so within this time of the answer. */
  answerNs: 0.5e6,
  /** From SIGTERM to SIGKILL: systemd waits 90 s by default, others from 5 s. Later, a host that answers was not shut down. */
  killNs: 95e9,
  /** A host that falls silent so soon after its connections were closed was shut down. */
  shutdownNs: 120e9,
  /** Heard so long after a segment that nobody answered: the host lives, whatever became of that segment. */
  livesNs: 3e9,
  /** What was under way when the first segment went unanswered may still arrive. */
  crossingNs: 1e9,
  /** A closed socket whose peer has not closed is kept so long (Linux tcp_fin_timeout; BSD finwait2_timeout). */
  finWaitNs: 60e9,
  /** A handshake may take so long. */
  handshakeNs: 3e9,
  /** For so long after its return what a host says is held against what it knew before. */
  returnNs: 60e9,
};

export type HostTimes = Readonly<Record<keyof typeof HOST_TIMES, number>>;
