import { describe, expect, it } from 'vitest';
import type { LookalikeRecord, VerdictRecord } from '../../src/verdict/events.js';
import type { Confidence } from '../../src/verdict/weigh.js';
import { holdsTruth } from '../../src/verify/holds-truth.js';

const lookalike = (id: string, scenario: string | null, ofMotive = false): LookalikeRecord => ({
  id,
  scenario,
  ofMotive,
  title: '',
  toTellApart: '',
});

/** A verdict with two things it could be instead, and one that would be another reason for the same. */
const said = (scenario: string | null, confidence: Confidence | null, end: 'client' | 'server' | null = 'server') => {
  const verdict: VerdictRecord = {
    scenario,
    end,
    document: null,
    title: '',
    severity: 'error',
    confidence,
    errors: { client: [], server: [] },
    evidence: [],
    lookalikes: [
      lookalike('deliberate-close', null),
      lookalike('rebooted', 'host-rebooted'),
      lookalike('backlog-overflow', 'accept-queue-full', true),
    ],
  };
  return { verdict };
};

const truth = (scenario: string | null, end: 'client' | 'server' | null = 'server') => ({ scenario, end });

describe('holds', () => {
  it.each(['certain', 'likely', 'possible'] as const)('the truth, said as %s', (confidence) => {
    expect(holdsTruth(said('process-terminated', confidence), truth('process-terminated'))).toBe(true);
  });

  it.each(['likely', 'possible'] as const)('a lookalike by its id or its scenario, where it is %s', (confidence) => {
    expect(holdsTruth(said('process-terminated', confidence), truth('deliberate-close'))).toBe(true);
    expect(holdsTruth(said('process-terminated', confidence), truth('host-rebooted'))).toBe(true);
  });

  it('a truth that is of no end in particular', () => {
    expect(holdsTruth(said('normal-close', 'certain', null), truth('normal-close', null))).toBe(true);
    expect(holdsTruth(said('process-terminated', 'possible', 'client'), truth('process-terminated', null))).toBe(true);
  });

  it('another reason for what is claimed, also where the claim is certain', () => {
    expect(holdsTruth(said('connect-refused', 'certain'), truth('backlog-overflow'))).toBe(true);
    expect(holdsTruth(said('connect-refused', 'certain'), truth('accept-queue-full'))).toBe(true);
    expect(holdsTruth(said('connect-refused', 'certain', 'client'), truth('accept-queue-full'))).toBe(false);
  });

  it('saying nothing where nothing could be said, or where the caller says that this will do', () => {
    expect(holdsTruth(said(null, null, null), truth(null, null))).toBe(true);
    expect(holdsTruth(said(null, null, null), truth('host-crashed'), true)).toBe(true);
  });
});

describe('does not hold', () => {
  it('what is certain and not the truth, lookalike or not', () => {
    expect(holdsTruth(said('process-terminated', 'certain'), truth('deliberate-close'))).toBe(false);
    expect(holdsTruth(said('process-terminated', 'certain'), truth('host-rebooted'), true)).toBe(false);
  });

  it('the other end', () => {
    expect(holdsTruth(said('process-terminated', 'possible', 'client'), truth('process-terminated'))).toBe(false);
    expect(holdsTruth(said('process-terminated', 'possible', 'client'), truth('host-rebooted'))).toBe(false);
  });

  it('what is neither said nor among the lookalikes', () => {
    expect(holdsTruth(said('process-terminated', 'possible'), truth('path-lost'), true)).toBe(false);
  });

  it('a claim where nothing happened', () => {
    expect(holdsTruth(said('process-terminated', 'possible'), truth(null, null), true)).toBe(false);
  });

  it('silence, unless the caller says that it will do', () => {
    expect(holdsTruth(said(null, null, null), truth('host-crashed'))).toBe(false);
  });
});
