// Which kinds of segment each end sent, in the order of their first appearance: Zeek's `history`, and what follows from it.
//
// Zeek's letters (upper case the client's, lower case the server's): S SYN, H SYN-ACK, A pure ACK, D data, F FIN, R RST.
// Four bits a letter in two words of the connection's record: a kind, plus 8 if the high end sent it.

import { CLIENT_IS_HIGH, type Connection } from './connection.js';

export const LETTER_SYN = 1;
export const LETTER_SYN_ACK = 2;
export const LETTER_ACK = 3;
export const LETTER_DATA = 4;
export const LETTER_FIN = 5;
export const LETTER_RST = 6;

const LETTERS = '?SHADFR';
const FROM_HIGH = 8;
const NIBBLES = 16;

/** Adds a letter unless this end has it already. */
export function recordLetter(connection: Connection, letter: number, fromHigh: boolean): void {
  const { ints, historyAt } = connection;
  const code = fromHigh ? letter + FROM_HIGH : letter;
  for (let n = 0; n < NIBBLES; n++) {
    const word = historyAt + (n >>> 3);
    const shift = (n & 7) * 4;
    const present = (ints[word] >>> shift) & 15;
    if (present === code) return;
    if (present === 0) {
      ints[word] |= code << shift;
      return;
    }
  }
}

/** The history as Zeek writes it. */
export function historyOf(connection: Connection): string {
  const clientIsHigh = connection.has(CLIENT_IS_HIGH);
  let text = '';
  for (let n = 0; n < NIBBLES; n++) {
    const code = (connection.ints[connection.historyAt + (n >>> 3)] >>> ((n & 7) * 4)) & 15;
    if (code === 0) break;
    const letter = LETTERS[code & 7];
    text += code >= FROM_HIGH === clientIsHigh ? letter : letter.toLowerCase();
  }
  return text;
}

/** From the lowest bit of Wireshark's sum on. */
const COMPLETING = 'shadfr';

/** Wireshark's `tcp.completeness`: SYN 1, SYN-ACK 2, ACK 4, data 8, FIN 16, RST 32. */
export function completenessOf(history: string): number {
  const lower = history.toLowerCase();
  let sum = 0;
  for (let n = 0; n < COMPLETING.length; n++) if (lower.includes(COMPLETING[n])) sum += 1 << n;
  return sum;
}

/** Zeek's `conn_state`, from the history: Zeek calls it SF once both ends sent FIN, acknowledged or not. */
export function zeekStateOf(history: string): string {
  const has = (letter: string): boolean => history.includes(letter);
  const established = has('h') ? has('S') && /[AD]/.test(history) : !has('S') && has('d');
  const clientReset = has('R');
  const serverReset = has('r');
  if (has('F') && has('f')) return 'SF';
  if (has('S') && !has('h')) {
    if (serverReset) return 'REJ';
    if (clientReset) return 'RSTOS0';
    return has('F') ? 'SH' : 'S0';
  }
  if (has('h') && !has('S')) {
    if (serverReset && !clientReset) return 'RSTRH';
    if (has('f')) return 'SHR';
  }
  if (!has('S') && !has('h')) return clientReset && history === 'R' ? 'RSTOS0' : 'OTH';
  if (clientReset && (!serverReset || history.indexOf('R') < history.indexOf('r'))) return 'RSTO';
  if (serverReset) return established ? 'RSTR' : 'REJ';
  if (has('F')) return 'S2';
  return has('f') ? 'S3' : 'S1';
}
