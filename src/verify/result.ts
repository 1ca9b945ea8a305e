// What `tcpwatch verify` found of one capture.

export type ResultStatus = 'holds' | 'differs' | 'unreadable' | 'no-expectation' | 'updated' | 'written';

export interface CaptureResult {
  /** Path as given. */
  readonly capture: string;
  /** Where its expectation is, or would be. */
  readonly expectation: string;
  readonly status: ResultStatus;
  /** What differs, changed or is wrong, one line each. */
  readonly lines: readonly string[];
}
