// Times for people: of the day as tcpdump prints them (local, microseconds), spans with a unit.

import { glue } from './layout.js';

/** `13:13:50.341050` of a record's time, in the local zone (TZ). */
export const clockTime = (time: string): string =>
  `${two(local(time), 'getHours', 'getMinutes', 'getSeconds')}${fraction(time)}`;

/** `2026-11-22 13:13:50.341050`. */
export function dateAndTime(time: string): string {
  const date = local(time);
  const month = String(date.getMonth() + 1).padStart(2, '0');
  return `${date.getFullYear()}-${month}-${String(date.getDate()).padStart(2, '0')} ${clockTime(time)}`;
}

/** `+0.501383 s` from one record's time to another's; exact, as `tcpdump -ttttt` counts. */
export function offset(from: string, to: string): string {
  const seconds = secondsBetween(from, to);
  return `${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(6)} s`;
}

/** From one record's time to another's. */
export function secondsBetween(from: string, to: string): number {
  const seconds = (local(to).getTime() - local(from).getTime()) / 1000;
  return (seconds * 1e9 + Number(to.slice(20, 29)) - Number(from.slice(20, 29))) / 1e9;
}

/** A span with a unit, three figures or so. */
export function duration(seconds: number): string {
  if (seconds === 0) return '0 s';
  if (seconds < 0.0009995) return `${Math.max(1, Math.round(seconds * 1e6))} µs`;
  if (seconds < 0.9995) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 119.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 7170) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/** A span inside a sentence. */
export const durationWords = (seconds: number): string => glue(duration(seconds));

/** The whole second. */
const local = (time: string): Date => new Date(`${time.slice(0, 19)}Z`);
const fraction = (time: string): string => time.slice(19, 26);

type Part = 'getHours' | 'getMinutes' | 'getSeconds';
const two = (date: Date, ...parts: Part[]): string =>
  parts.map((part) => String(date[part]()).padStart(2, '0')).join(':');
