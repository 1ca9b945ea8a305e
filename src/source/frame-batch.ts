// Hot path: the frames of one read, as offsets into one buffer. Filled by a reader, emptied by the pipeline, reused.
//
// Times are nanoseconds since the capture's base, as doubles: exact for 104 days (2^53 ns). The base itself is a bigint,
// and epoch nanoseconds never enter a double.

/** The moment that nanosecond 0 of a capture stands for; set once, by the first frame of the first source. */
export class TimeBase {
  /** Nanoseconds since 1970-01-01T00:00:00Z; null until the first frame is seen. */
  epochNs: bigint | null = null;
}

const CAPACITY = 8192;

export class FrameBatch {
  /** The octets that `offset` points into; valid until the source is asked for the next batch. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The same octets, for multi-octet fields. */
  view: DataView = new DataView(new ArrayBuffer(0));
  /** How many of the columns below are in use. */
  count = 0;
  readonly capacity = CAPACITY;
  /** Where each frame starts in `bytes`. */
  readonly offset = new Int32Array(CAPACITY);
  /** Octets captured, and octets on the wire. */
  readonly capturedLength = new Int32Array(CAPACITY);
  readonly wireLength = new Int32Array(CAPACITY);
  /** Link type (LINKTYPE_ value) of each frame. */
  readonly linkType = new Int32Array(CAPACITY);
  /** Nanoseconds since the base. */
  readonly timeNs = new Float64Array(CAPACITY);
  /**
   * The capture's clock behind the last frame: whatever comes later is not older. Live, it goes on while nothing comes, and a
   * batch may consist of it alone; NaN: not known.
   */
  clockNs = Number.NaN;
}
