// The public record: what tcpwatch says, one object a line in NDJSON and the same objects to library users.
//
// A stable contract (semver): fields may be added, not renamed. The JSON Schema beside output/ndjson.ts describes it.
// Times are RFC 3339 UTC strings with nine decimals, durations seconds, sequence numbers raw, packets frame numbers from 1.
// Absent knowledge is null, not a guess.

import type { AnomalyId } from '../tcp/anomalies.js';
import type { ROLE_SOURCES } from '../tcp/connection.js';
import type { ResendReason, SpuriousProof } from '../tcp/recovery.js';
import type { StateName } from '../tcp/state.js';
import type { Role } from './case.js';
import type { CloseForm, EndingId } from './endings.js';
import type { FactId } from './facts.js';
import type { HostFactId } from './hosts/facts.js';
import type { HostMomentId } from './hosts/moments.js';
import type { HostRuleId } from './hosts/rules.js';
import type { Severity } from './scenarios.js';
import type { Confidence } from './weigh.js';

/** First: what was read. */
export interface CaptureEvent {
  readonly type: 'capture';
  /** File or interface; a list if there were several. */
  readonly source: string | readonly string[];
  readonly linkTypes: readonly string[];
  readonly filter: string | null;
  readonly snaplen: number | null;
  /** `us`, `ns` or as the file says; null if it has no frame. */
  readonly timePrecision: string | null;
  readonly tool: { readonly name: 'tcpwatch'; readonly version: string };
  /** How an interface is listened on; null for a saved capture. */
  readonly live: {
    readonly backend: 'libpcap' | 'cap';
    /** Who stamps the frames: the kernel as they pass, or a program once it gets them. */
    readonly clock: 'kernel' | 'userspace';
  } | null;
}

export interface PeerAddress {
  readonly address: string;
  readonly port: number;
}

export interface ByEnd<T> {
  readonly client: T;
  readonly server: T;
}

export interface EndCounts {
  readonly segments: number;
  /** Payload octets, each sequence number counted once. */
  readonly bytes: number;
  readonly retransmissions: number;
  readonly duplicateAcks: number;
  readonly outOfOrder: number;
  /** Segments that filled a hole too late to be merely out of order: their originals were lost before the capture. */
  readonly filledHoles: number;
  readonly keepAlives: number;
  readonly zeroWindows: number;
  readonly resets: number;
}

export interface ErrorRecord {
  readonly call: 'connect' | 'read' | 'write';
  /** errno name, or EOF. */
  readonly error: string;
  readonly when: 'now' | 'next' | 'due';
  readonly dueAt?: string;
}

export interface EvidenceRecord {
  readonly fact: FactId;
  readonly packet: number;
  readonly at: string;
  readonly says: string;
}

export interface LookalikeRecord {
  readonly id: string;
  /** True: another reason for what the verdict claims; false: the claim itself would be wrong. */
  readonly ofMotive: boolean;
  readonly scenario: string | null;
  readonly title: string;
  readonly toTellApart: string;
}

export interface VerdictRecord {
  readonly scenario: string | null;
  readonly end: Role | null;
  readonly document: number | null;
  readonly title: string;
  readonly severity: Severity;
  readonly confidence: Confidence | null;
  readonly errors: ByEnd<readonly ErrorRecord[]>;
  readonly evidence: readonly EvidenceRecord[];
  readonly lookalikes: readonly LookalikeRecord[];
}

/** A program on the machine that captures, at one end of a connection. */
export interface ProcessRecord {
  readonly pid: number;
  readonly command: string;
  /** It was gone when this was told. */
  readonly exited: boolean;
}

/** What an end has asked since its peer was last heard: SYN, FIN, data, probes. */
export interface UnansweredRecord {
  readonly segments: number;
  /** From the first of them to the last. */
  readonly seconds: number;
  /** Frame of the first. */
  readonly packet: number;
}

/** Round trips from the capture to the other end and back, and what RFC 6298 makes of them; seconds. */
export interface RoundTripRecord {
  readonly samples: number;
  readonly min: number;
  readonly smoothed: number;
  readonly variation: number;
  /** The retransmission timeout that a stack like Linux's has by now. */
  readonly timeout: number;
}

/** How long the retransmission timer had been running when it ran out; seconds. */
export interface TimeoutsRecord {
  readonly count: number;
  readonly shortest: number;
  readonly longest: number;
}

export interface AnomalyCount {
  readonly segments: number;
  /** Octets that they are about: of a retransmission, those sent before. */
  readonly bytes: number;
}

/** One connection, when its verdict is final; while packets still come also when first judged (`final: false`). */
export interface ConnectionEvent {
  readonly type: 'connection';
  readonly id: number;
  readonly final: boolean;
  readonly revision: number;
  readonly client: PeerAddress;
  readonly server: PeerAddress;
  readonly vlan: readonly number[];
  readonly roles: (typeof ROLE_SOURCES)[number];
  readonly communityId: string;
  readonly opened: string;
  readonly ended: string | null;
  readonly lastPacketAt: string;
  /** From the first packet to the last. */
  readonly durationSeconds: number;
  readonly firstPacket: number;
  readonly lastPacket: number;
  readonly states: ByEnd<StateName | null>;
  readonly timeWait: Role | 'both' | null;
  readonly ending: EndingId;
  readonly form: CloseForm | null;
  readonly closedBy: Role | 'both' | null;
  readonly history: string;
  readonly zeekState: string;
  readonly completeness: number;
  readonly counts: ByEnd<EndCounts>;
  /** Frames that were the same packet captured once more; they are in no other count. */
  readonly capturedTwice: number;
  readonly unacknowledgedBytes: ByEnd<number>;
  /** null of an end that is not waiting for an answer. */
  readonly unanswered: ByEnd<UnansweredRecord | null>;
  readonly rttSeconds: ByEnd<number | null>;
  /** Of what each end sent; null: nothing of it could be measured. */
  readonly roundTrip: ByEnd<RoundTripRecord | null>;
  /** null: no timer ran out. */
  readonly timeouts: ByEnd<TimeoutsRecord | null>;
  /** Most octets of each end that were outstanding at a time. */
  readonly mostInFlight: ByEnd<number>;
  /** The longest silence of both while octets of that end were outstanding. */
  readonly longestStallSeconds: ByEnd<number>;
  /** Everything out of the ordinary that each end sent, by class (`tcpwatch explain`); what did not happen is left out. */
  readonly anomalies: ByEnd<Readonly<Partial<Record<AnomalyId, AnomalyCount>>>>;
  /** null: not on this machine, or not known; always so for a saved capture. */
  readonly processes: ByEnd<ProcessRecord | null>;
  readonly verdict: VerdictRecord;
  /** What was said before, if that was something else, and what changed it; null: nothing else was said. */
  readonly revised: RevisedRecord | null;
}

/** A verdict that was given up. */
export interface RevisedRecord {
  readonly scenario: string | null;
  readonly end: Role | null;
  readonly confidence: Confidence | null;
  /** The evidence that came with the new one, the last of it; null: none came, only time passed or something healed. */
  readonly by: EvidenceRecord | null;
}

/** One segment of a connection that is followed, and where it leaves both ends. Not told of in NDJSON. */
export interface SegmentRecord {
  readonly connection: number;
  readonly packet: number;
  readonly at: string;
  readonly from: Role;
  readonly flags: readonly ('SYN' | 'FIN' | 'RST' | 'PSH' | 'ACK' | 'URG')[];
  readonly seq: number;
  readonly ack: number;
  /** Payload octets. */
  readonly length: number;
  readonly anomalies: readonly SegmentAnomaly[];
  /** Once it has arrived, as far as one can tell. */
  readonly states: ByEnd<StateName | null>;
}

/** Something out of the ordinary about a segment. */
export interface SegmentAnomaly extends Omit<AnomalyEvent['details'], 'seq' | 'ack' | 'length'> {
  readonly id: AnomalyId;
  /** Octets that the capture never saw and that this segment acknowledges. */
  readonly missed?: number;
}

/** An ICMP error about a segment of a connection that is followed. Not told of in NDJSON. */
export interface ReportRecord {
  readonly connection: number;
  readonly packet: number;
  readonly at: string;
  /** The end whose segment it quotes, and that it is sent to. */
  readonly to: Role;
  /** Address of whoever sent it. */
  readonly by: string;
  readonly says: string;
  /** It quotes octets that were sent; otherwise it counts for nothing. */
  readonly believed: boolean;
}

/** Where packets still come: a connection opened, was picked up in its middle, or an end of it closed. */
export interface TransitionEvent {
  readonly type: 'transition';
  readonly transition: 'open' | 'picked-up' | 'fin';
  readonly connection: number;
  readonly packet: number;
  readonly at: string;
  /** Who sent that packet. */
  readonly from: Role;
  readonly client: PeerAddress;
  readonly server: PeerAddress;
  readonly states: ByEnd<StateName | null>;
  /** Of the handshake, both halves; null if it was not seen whole, or had resends. */
  readonly rttSeconds: number | null;
  readonly processes: ByEnd<ProcessRecord | null>;
}

/** Something happened to the capture itself. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly id: NoticeId;
  readonly at: string;
  /** One sentence. */
  readonly message: string;
}

export type NoticeId = 'interface-down' | 'interface-up' | 'nothing-seen' | 'write-failed' | 'output-skipped';

export interface AnomalyEvent {
  readonly type: 'anomaly';
  readonly connection: number;
  readonly packet: number;
  readonly at: string;
  readonly from: Role;
  readonly id: AnomalyId;
  readonly title: string;
  readonly details: {
    readonly seq: number;
    readonly ack: number;
    readonly length: number;
    /** The nth in a row: duplicate acknowledgements, timeouts. */
    readonly count?: number;
    /** How long the retransmission timer had been running. */
    readonly afterSeconds?: number;
    /** How long a stack like Linux's lets it run after the round trips seen (RFC 6298), doubled for each timeout before. */
    readonly expectedSeconds?: number;
    /** Octets of later sequence space that were seen before. */
    readonly behind?: number;
    /** What shows that something was sent again in vain. */
    readonly proof?: SpuriousProof;
    /** Frame of the earlier segment that this one says it of: a RST that was not obeyed. */
    readonly about?: number;
    /** Why a FIN was sent again. */
    readonly reason?: ResendReason;
  };
}

/** What was seen of a host that has had several connections, and what that adds up to. */
export interface HostEvent {
  readonly type: 'host';
  readonly address: string;
  readonly vlan: readonly number[];
  readonly event: HostMomentId | HostRuleId;
  readonly at: string;
  readonly packet: number;
  /** Of what took a while: when it was over. */
  readonly until: string | null;
  /** Server ports that it is about. */
  readonly ports: readonly number[];
  /** How many connections it is about. */
  readonly connections: number;
  readonly says: string;
  /** What became of the host; null: only something that was seen of it. */
  readonly conclusion: {
    readonly severity: Severity;
    readonly confidence: Confidence;
    /** Nothing more will be known of the host. */
    readonly final: boolean;
    readonly revision: number;
    readonly evidence: readonly {
      readonly fact: HostFactId;
      readonly packet: number;
      readonly at: string;
      readonly says: string;
    }[];
    readonly lookalikes: readonly { readonly title: string; readonly toTellApart: string }[];
    /** What was seen of it, in order. */
    readonly timeline: readonly {
      readonly event: HostMomentId;
      readonly packet: number;
      readonly at: string;
      readonly until: string | null;
      readonly says: string;
    }[];
  } | null;
}

/** What kept an input from being read to its end; everything before was told. */
export interface InputProblem {
  readonly source: string;
  readonly message: string;
  readonly kind: 'truncated' | 'damaged' | 'unreadable' | 'interface';
  /** Octets into the (decompressed) input. */
  readonly offset: number;
}

/** Last: how much was read, and what could not be. */
export interface SummaryEvent {
  readonly type: 'summary';
  /** Every link type met: the capture event can only name those known when it is told. */
  readonly linkTypes: readonly string[];
  readonly packets: number;
  readonly segments: number;
  readonly connections: {
    readonly total: number;
    readonly byScenario: Readonly<Record<string, number>>;
    readonly byEnding: Readonly<Record<string, number>>;
  };
  /** Frames that could not be decoded, by status id. */
  readonly undecodable: Readonly<Record<string, number>>;
  /** Later IP fragments: counted, not decodable on their own. */
  readonly laterFragments: number;
  /** Segments of connections that were already final, and of those the filter left out. */
  readonly lateSegments: number;
  readonly filteredSegments: number;
  /** null: not known, as for a saved capture. */
  readonly droppedByKernel: number | null;
  /** Lost in the interface or its driver. */
  readonly droppedByInterface: number | null;
  readonly droppedByUs: number;
  /** What the flight recorder kept; null: there was none. */
  readonly flagged: FlaggedRecord | null;
  readonly evictions: number;
  readonly truncatedInput: boolean;
  /**
   * Only where reading stopped before the end of an input was met: after so many packets (`-c`), or told so (Ctrl-C,
   * `--duration`). What follows, if anything does, was not read.
   */
  readonly stopped?: 'count' | 'signal';
  readonly problems: readonly InputProblem[];
  readonly timeRanBackwards: boolean;
}

/** Captures of single connections that were written for their verdicts. */
export interface FlaggedRecord {
  readonly files: number;
  /** Flagged connections without a file: the disk or the memory was too small, or too slow. */
  readonly notWritten: number;
  /** Older files given up so that the folder keeps to its size. */
  readonly removed: number;
}

export type TcpwatchEvent =
  | CaptureEvent
  | ConnectionEvent
  | TransitionEvent
  | AnomalyEvent
  | HostEvent
  | NoticeEvent
  | SummaryEvent;
