// EXPLANATION: everything that is known of one id, whatever table it stands in: what `tcpwatch explain` prints, its JSON
// has and the pages in docs/ show. A stable contract: fields may be added, not renamed; what does not apply is null or empty.

import type { AnomalyId } from '../tcp/anomalies.js';
import type { Role } from './case.js';
import type { SegmentName, SocketState } from './explanations/story.js';
import type { Severity } from './scenarios.js';

export const KINDS = {
  scenario: 'how a connection died',
  'host-rule': 'what became of a host',
  ending: 'what is on the wire at the end',
  errno: 'what a call gave: what it can have been',
  error: 'what a program sees',
  anomaly: 'single segments out of the ordinary',
  fact: 'what verdicts are made of',
  'host-fact': 'what conclusions about hosts are made of',
  'host-moment': 'what is seen of a host',
  lookalike: 'what a verdict can be confused with',
  advice: 'what to do about it',
  status: 'what became of a frame',
  state: 'what a socket is in',
  word: 'other words of reports and tables',
} as const satisfies Record<string, string>;

export type Kind = keyof typeof KINDS;

/** What a few frames of a capture can show. */
export const EXCERPTED: readonly Kind[] = ['ending', 'errno', 'error', 'anomaly', 'fact'];

export interface FactWords {
  readonly id: string;
  readonly says: string;
}

export interface StepWords {
  readonly by: Role | 'router' | null;
  /** null: no packet shows it, or one of another connection. */
  readonly sends: SegmentName | null;
  readonly lost: boolean;
  /** null: nothing is known of it yet. */
  readonly client: SocketState | null;
  readonly server: SocketState | null;
  readonly says: string;
  /** Of an excerpt of a capture: the frame, and how long after the step before; null in a story, and where there is none. */
  readonly packet: number | null;
  readonly afterSeconds: number | null;
  /** What stands at its arrow, if that is more than what it sends. */
  readonly label: string | null;
  readonly anomalies: readonly AnomalyId[];
  /** Of an excerpt: an end in a state before the one it was believed to be in. */
  readonly takenBack: Role | null;
  /** It is this that shows what is explained. */
  readonly decides: boolean;
}

/** What programs see where no call fails of it. */
export interface SeenWords {
  readonly says: string;
  readonly onBsd: { readonly says: string; readonly source: string } | null;
}

export interface SightWords {
  readonly scenario: string;
  /** Whose program; `either` where both may see it. */
  readonly program: Role | 'either';
  readonly call: string;
  /** `ok`, `EOF` or an errno. */
  readonly gives: string;
  readonly when: string;
  /** Where it is said, if no shipped capture shows it. */
  readonly source: string | null;
  readonly onBsd: { readonly says: string; readonly source: string } | null;
}

export interface ConfusedWith {
  readonly id: string | null;
  /** The scenario it would be. */
  readonly scenario: string | null;
  readonly title: string;
  readonly toTellApart: string;
  /** Another reason for the same fact: it does not lower the confidence. */
  readonly ofMotive: boolean;
  readonly ruledOutBy: readonly FactWords[];
}

/** Another thing of the same id. */
export interface Namesake {
  readonly kind: Kind;
  /** Its id with its kind before it: what `tcpwatch explain` shows it by. */
  readonly asked: string;
  readonly title: string;
}

/** Where a fact counts. */
export interface Use {
  readonly as: 'requires' | 'excludes' | 'corroborates' | 'tells' | 'rules-out' | 'brings-up';
  /** The scenario or conclusion. */
  readonly of: string;
  /** What it rules out there. */
  readonly what: string | null;
}

export interface AdviceWords {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly code: Readonly<Record<string, string>>;
  readonly costs: string;
}

export interface ReferenceWords {
  readonly title: string;
  readonly url: string | null;
}

export interface Explanation {
  readonly kind: Kind;
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly namesakes: readonly Namesake[];
  /** How else it is written, and by whom or where. */
  readonly alsoWritten: readonly FactWords[];
  readonly severity: Severity | null;
  /** The number of the failure that Stevens made famous. */
  readonly document: number | null;
  /** The end that is gone in these words; mirrored where it is the other one. */
  readonly gone: Role | null;
  /** When it is said, with numbers; of a scenario or conclusion the facts say it. */
  readonly when: string | null;
  readonly requires: readonly (readonly FactWords[])[];
  readonly excludes: readonly FactWords[];
  readonly corroboratedBy: readonly FactWords[];
  readonly usedBy: readonly Use[];
  readonly follows: string | null;
  /** What a person should look at first. */
  readonly lookFirst: string | null;
  /** What it can have been: scenarios that end so, or of which a program sees this. */
  readonly causes: readonly FactWords[];
  /** A shipped capture of it, and the number of the connection there. */
  readonly example: string | null;
  readonly connection: number | null;
  readonly steps: readonly StepWords[];
  /** Of a conclusion about a host: what is seen of the host, in order. */
  readonly course: readonly FactWords[];
  readonly sees: readonly SightWords[];
  /** null: `sees` has it all. */
  readonly seen: SeenWords | null;
  readonly confusedWith: readonly ConfusedWith[];
  readonly advice: readonly AdviceWords[];
  readonly references: readonly ReferenceWords[];
}

/** One with nothing but words. */
export const plain = (kind: Kind, id: string, title: string, meaning: string): Explanation => ({
  kind,
  id,
  title,
  meaning,
  namesakes: [],
  alsoWritten: [],
  severity: null,
  document: null,
  gone: null,
  when: null,
  requires: [],
  excludes: [],
  corroboratedBy: [],
  usedBy: [],
  follows: null,
  lookFirst: null,
  causes: [],
  example: null,
  connection: null,
  steps: [],
  course: [],
  sees: [],
  seen: null,
  confusedWith: [],
  advice: [],
  references: [],
});
