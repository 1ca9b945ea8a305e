// What a generator knows of the capture it wrote.

export interface Truth {
  readonly packets: number;
  readonly connections: number;
  /** Connections by way of ending, in tcpwatch's words; null: not known. */
  readonly endings: Readonly<Record<string, number>> | null;
  /** Segments sent again; null: not known. */
  readonly resent: Resent | null;
}

export interface Resent {
  /** The capture has the first sending too. */
  readonly again: number;
  /** The first sending was lost before the capture. */
  readonly filled: number;
}
