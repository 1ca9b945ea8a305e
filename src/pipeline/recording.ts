// What a run writes besides its events: all frames into one file, or those of flagged connections into a file each.

import { CaptureFile } from '../sink/capture-file.js';
import { FlightRecorder } from '../sink/flight-recorder.js';
import type { FrameBatch, TimeBase } from '../source/frame-batch.js';
import type { ConnectionEvent, FlaggedRecord } from '../verdict/events.js';
import type { Bystander } from './bystander.js';

/** Frames kept for connections that may yet be flagged; octets. */
const FLIGHT_MEMORY = 64 * 1024 * 1024;
/** Files of flagged connections in one folder; octets. */
const FLIGHT_DISK = 1024 * 1024 * 1024;

export interface RecordingOptions {
  /** Opens what gets every frame, as pcapng; asked once the input is open. A descriptor. */
  readonly write?: () => number;
  readonly flagged?: FlaggedOptions;
}

export interface FlaggedOptions {
  /** An existing folder: gets a pcapng for each connection that is flagged. */
  readonly directory: string;
  readonly flags: (record: ConnectionEvent) => boolean;
}

export interface RecordedFrom {
  readonly application: string;
  readonly interfaceName: string;
  readonly snaplen: number;
  readonly filter: string | null;
}

export class Recording {
  private readonly file: CaptureFile | null;
  private readonly recorder: FlightRecorder | null;
  private readonly flags: FlaggedOptions['flags'] | undefined;
  /** Connections that have a file. */
  private readonly flagged = new Set<number>();
  private told = false;

  constructor(base: TimeBase, { write, flagged }: RecordingOptions, from: RecordedFrom) {
    this.file = write ? new CaptureFile(write(), base, from) : null;
    this.flags = flagged?.flags;
    this.recorder = flagged
      ? new FlightRecorder(base, {
          directory: flagged.directory,
          application: from.application,
          interfaceName: from.interfaceName,
          memoryBytes: FLIGHT_MEMORY,
          directoryBytes: FLIGHT_DISK,
        })
      : null;
  }

  get bystander(): Bystander {
    const { recorder } = this;
    if (!recorder) return {};
    return {
      kept: (id, packet, batch, f) => recorder.keep(id, packet, batch, f),
      judged: (record) => this.consider(record),
      forgotten: (id) => {
        this.flagged.delete(id);
        recorder.forget(id);
      },
    };
  }

  private consider(record: ConnectionEvent): void {
    if (this.flags?.(record)) {
      this.flagged.add(record.id);
      this.recorder?.write(record);
    } else if (this.flagged.has(record.id)) {
      // It turned out well; but that it was cut off for a while is worth keeping.
      const healed = record.verdict.evidence.some(({ fact }) => fact === 'outage-healed');
      if (healed) this.recorder?.write(record);
      else if (record.ending !== 'open' && this.flagged.delete(record.id)) this.recorder?.withdraw(record.id);
    }
  }

  async take(batch: FrameBatch): Promise<void> {
    if (batch.count > 0) await this.file?.write(batch, batch.count);
  }

  /** Waits for what is still being written: where nothing is lost by it. */
  async settle(): Promise<void> {
    await this.recorder?.end();
  }

  /** What went wrong since the last call; told once. */
  takeProblem(): string | null {
    const problem = this.file?.problem ?? this.recorder?.problem ?? null;
    if (problem === null || this.told) return null;
    this.told = true;
    return problem;
  }

  async end(clockNs: number | null, dropped: number | null): Promise<void> {
    await this.file?.end(clockNs, null, dropped);
    await this.settle();
  }

  get flaggedRecord(): FlaggedRecord | null {
    const { recorder } = this;
    return recorder && { files: recorder.files, notWritten: recorder.notWritten, removed: recorder.removed };
  }
}
