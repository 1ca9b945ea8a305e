// The RFC 9293 state machine as a watcher sees it (section 3.3.2, figure 5).
//
// A watcher sees *sending* and infers *hearing*. So the machine has two halves. SENDS is applied to the sender of a
// segment at once: that it sent is certain. HEARS is applied to its peer: that it heard is believed, and taken back if
// its acknowledgement stays away (see Endpoint.stateAt). What a watcher cannot know: whether a program exists behind a
// socket, calls that put nothing on the wire, and a segment lost between the capture and its receiver.
//
// Read a table by column: the state an end is in; by row: what it sends or hears; the cell: the state it is in then.
//   .   stays as it is
//   !   impossible by RFC 9293: stays as it is and is reported as an anomaly

export const STATE_NAMES = [
  'UNSEEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
  'CLOSED',
] as const;

/** RFC 9293 name, as `ss` and `netstat` spell it too; UNSEEN: nothing is known of this end yet. */
export type StateName = (typeof STATE_NAMES)[number];

export const UNSEEN = 0;
export const SYN_SENT = 1;
export const SYN_RECEIVED = 2;
export const ESTABLISHED = 3;
export const FIN_WAIT_1 = 4;
export const FIN_WAIT_2 = 5;
export const CLOSE_WAIT = 6;
export const CLOSING = 7;
export const LAST_ACK = 8;
export const TIME_WAIT = 9;
export const CLOSED = 10;

/** What an end can send that matters to its state; the first copy of it: resends never come here. */
export const SENDS_SYN = 0;
export const SENDS_SYN_ACK = 1;
export const SENDS_TEXT = 2;
export const SENDS_FIN = 3;
export const SENDS_RST = 4;

/** What an end can hear. A segment that both acknowledges a FIN and carries one is heard in that order. */
export const HEARS_SYN = 0;
export const HEARS_SYN_ACK = 1;
export const HEARS_ACK_OF_SYN = 2;
export const HEARS_ACK_OF_FIN = 3;
export const HEARS_TEXT = 4;
export const HEARS_FIN = 5;
export const HEARS_RST = 6;

/** Short names for the tables' sake: one column is two characters. */
const LEGEND = {
  un: UNSEEN,
  ss: SYN_SENT,
  sr: SYN_RECEIVED,
  es: ESTABLISHED,
  f1: FIN_WAIT_1,
  f2: FIN_WAIT_2,
  cw: CLOSE_WAIT,
  cg: CLOSING,
  la: LAST_ACK,
  tw: TIME_WAIT,
  cl: CLOSED,
} as const;

// A mid-stream capture meets ends in UNSEEN that are long since synchronised: their first segment says at least so much.
// A SYN on a synchronised connection never comes here: it opens a new one (see Tracker.opensAnew).
export const SENDS = table('sends', [
  /*            un ss sr es f1 f2 cw cg la tw cl */
  /* SYN     */ 'ss .  .  !  !  !  !  !  !  !  ! ',
  /* SYN-ACK */ 'sr sr .  .  !  !  !  !  !  !  ! ',
  /* text    */ 'es es .  .  .  .  .  .  .  .  . ',
  /* FIN     */ 'f1 f1 f1 f1 !  !  la !  !  !  ! ',
  /* RST     */ 'cl cl cl cl cl cl cl cl cl cl . ',
]);

// SYN in UNSEEN stays: a listener shows SYN-RECEIVED only by its SYN-ACK; one that drops the SYN stays in LISTEN.
export const HEARS = table('hears', [
  /*                 un ss sr es f1 f2 cw cg la tw cl */
  /* SYN          */ '.  sr .  .  .  .  .  .  .  .  . ',
  /* SYN-ACK      */ 'es es es .  .  .  .  .  .  .  . ',
  /* ACK of SYN   */ '.  .  es .  .  .  .  .  .  .  . ',
  /* ACK of FIN   */ '.  .  .  .  f2 .  .  tw cl .  . ',
  /* text         */ 'es .  .  .  .  .  .  .  .  .  . ',
  /* FIN          */ 'cw cw cw cw cg tw .  .  .  .  . ',
  /* RST          */ 'cl cl cl cl cl cl cl cl cl cl . ',
]);

/** Cell values beyond the states. */
export const STAYS = -1;
export const IMPOSSIBLE = -2;

/** The cell for `state` and `event` of one half: a next state, {@link STAYS} or {@link IMPOSSIBLE}. */
export const next = (half: Int8Array, event: number, state: number): number => half[event * STATE_NAMES.length + state];

/** Whether an end in this state is done with the connection (TIME-WAIT only waits for stray segments). */
export const isOver = (state: number): boolean => state >= TIME_WAIT;

/** Turns the readable rows into one flat array; a typing slip is a programmer's error and stops the program at load. */
function table(name: string, rows: readonly string[]): Int8Array {
  const cells = rows.flatMap((row) => row.trim().split(/\s+/));
  if (cells.length !== rows.length * STATE_NAMES.length) throw new Error(`${name}: a row has a wrong number of cells`);
  return Int8Array.from(cells, (cell) => {
    if (cell === '.') return -1;
    if (cell === '!') return -2;
    const state = LEGEND[cell as keyof typeof LEGEND];
    if (state === undefined) throw new Error(`${name}: no state ${cell}`);
    return state;
  });
}
