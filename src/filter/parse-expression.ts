// Tokens -> Expression. Read pcap-filter(7) first, and of libpcap's grammar how an ID comes by its qualifiers: it takes
// those in force, which are the ones written last; a protocol word alone ends them, and a parenthesis gives back those in
// force before it.
//
//   expression = operand { ("and" | "or") operand }
//   operand    = { "not" } ( "(" expression ")" | protocol | ip-protocol "proto" "tcp" | qualifiers ids | ids )
//   qualifiers = [protocol] ( direction [type] | type )
//   ids        = an ID, or an operand of nothing but IDs: port (80 or 443), port not 80
//
// A little more than tcpdump is taken where the meaning is plain: a bare address (`10.0.0.1`), IDs and primitives mixed in
// one parenthesis, `net 10/8`, `ip proto tcp`.

import type { Direction, Expression, Link, Network } from './expression.js';
import { FilterError, SUPPORTED } from './filter-error.js';
import { isAddress, type NetworkSize, readHost, readNetwork, readPort, readPortRange, unescaped } from './read-id.js';
import { type Token, type TokenKind, tokenize } from './tokenize.js';
import * as vocabulary from './vocabulary.js';

/** Parentheses inside parentheses; far beyond any filter meant, far below what the stack holds. */
const DEEPEST_NESTING = 200;

const AN_ID = 'an address or port';

interface Qualifiers {
  readonly protocol: vocabulary.Protocol | null;
  readonly direction: Direction;
  readonly type: vocabulary.IdType;
}

/** "If there is no type qualifier, host is assumed", and `src or dst` if there is no direction (pcap-filter(7)). */
const DEFAULT_QUALIFIERS: Qualifiers = { protocol: null, direction: 'src or dst', type: 'host' };

interface Cursor {
  readonly filter: string;
  readonly tokens: readonly Token[];
  next: number;
  /** What the next bare ID takes; null: none were written, or a protocol word ended them. */
  inForce: Qualifiers | null;
  nesting: number;
}

/** Parses a whole filter; throws a FilterError. */
export function parseExpression(filter: string): Expression {
  const cursor: Cursor = { filter, tokens: tokenize(filter), next: 0, inForce: null, nesting: 0 };
  if (peek(cursor).kind === 'end') return { kind: 'always' };
  const expression = parseChain(cursor, false);
  const after = peek(cursor);
  if (after.kind === ')') throw refusal(cursor, after, 'closes a parenthesis that was never opened');
  if (after.kind !== 'end') throw unexpected(cursor, after, '"and" or "or"');
  return expression;
}

function parseChain(cursor: Cursor, idsOnly: boolean): Expression {
  const first = parseOperand(cursor, idsOnly);
  const rest: Link[] = [];
  for (let { kind } = peek(cursor); kind === 'and' || kind === 'or'; { kind } = peek(cursor)) {
    cursor.next++;
    rest.push({ operator: kind, operand: parseOperand(cursor, idsOnly) });
  }
  return rest.length === 0 ? first : { kind: 'chain', first, rest };
}

/** "Negation has highest precedence" (pcap-filter(7)). */
function parseOperand(cursor: Cursor, idsOnly: boolean): Expression {
  let negated = false;
  while (accept(cursor, 'not')) negated = !negated;
  const operand = parsePositive(cursor, idsOnly);
  return negated ? { kind: 'not', operand } : operand;
}

function parsePositive(cursor: Cursor, idsOnly: boolean): Expression {
  const token = peek(cursor);
  if (token.kind === '(') return parseParenthesis(cursor, idsOnly);
  if (token.kind !== 'word') throw unexpected(cursor, token, idsOnly ? AN_ID : 'a condition such as "port 80"');
  const isPrimitive = vocabulary.isProtocol(token.text) || vocabulary.isQualifier(token.text);
  return isPrimitive && !idsOnly ? parsePrimitive(cursor) : parseId(cursor);
}

function parseParenthesis(cursor: Cursor, idsOnly: boolean): Expression {
  const open = peek(cursor);
  cursor.next++;
  if (++cursor.nesting > DEEPEST_NESTING) {
    throw refusal(cursor, open, `nests too deep: at most ${DEEPEST_NESTING} parentheses inside each other`);
  }
  const before = cursor.inForce;
  const inside = parseChain(cursor, idsOnly);
  const close = peek(cursor);
  if (close.kind === 'end') throw refusal(cursor, open, 'opens a parenthesis that is never closed');
  if (!accept(cursor, ')')) throw unexpected(cursor, close, '"and", "or" or ")"');
  cursor.inForce = before;
  cursor.nesting--;
  return inside;
}

function parsePrimitive(cursor: Cursor): Expression {
  const start = peek(cursor);
  const protocol = vocabulary.isProtocol(start.text) ? start.text : null;
  if (protocol !== null) {
    cursor.next++;
    const { text } = peek(cursor);
    if (text === 'proto' && protocol !== 'tcp') return parseIpProtocol(cursor, protocol);
    if (!vocabulary.isQualifier(text)) {
      cursor.inForce = null;
      return protocolAlone(protocol);
    }
  }
  const direction = parseDirection(cursor) ?? DEFAULT_QUALIFIERS.direction;
  const { text } = peek(cursor);
  const type = vocabulary.isIdType(text) ? text : DEFAULT_QUALIFIERS.type;
  if (vocabulary.isIdType(text)) cursor.next++;
  const isAboutPorts = type === 'port' || type === 'portrange';
  if (protocol !== null && (protocol === 'tcp') !== isAboutPorts) {
    throw refusal(cursor, start, `does not go with "${type}"; write "${protocol} and ${type} ..."`);
  }
  cursor.inForce = { protocol, direction, type };
  return parseOperand(cursor, true);
}

/** `ip proto 6`, `ip6 proto \tcp`: all other protocols are true of no TCP connection, and asking is a mistake. */
function parseIpProtocol(cursor: Cursor, protocol: vocabulary.Protocol): Expression {
  cursor.next++;
  const id = peek(cursor);
  if (id.text !== '6' && unescaped(id.text) !== 'tcp') {
    throw refusal(cursor, id, 'is not TCP, and every connection here is; write "6" or "\\tcp"');
  }
  cursor.next++;
  cursor.inForce = null;
  return protocolAlone(protocol);
}

function protocolAlone(protocol: vocabulary.Protocol): Expression {
  const ipVersion = vocabulary.IP_VERSION_BY_PROTOCOL.get(protocol);
  return ipVersion === undefined ? { kind: 'always' } : { kind: 'family', ipVersion };
}

function parseDirection(cursor: Cursor): Direction | null {
  const { text } = peek(cursor);
  if (!vocabulary.isDirection(text)) return null;
  cursor.next++;
  const { kind } = peek(cursor);
  const other = text === 'src' ? 'dst' : 'src';
  if ((kind !== 'and' && kind !== 'or') || cursor.tokens[cursor.next + 1].text !== other) return text;
  cursor.next += 2;
  return `src ${kind} dst`;
}

function parseId(cursor: Cursor): Expression {
  const token = peek(cursor);
  cursor.next++;
  if (vocabulary.isKeyword(token.text)) throw unexpected(cursor, token, AN_ID);
  if (cursor.inForce === null && !isAddress(token.text)) throw unknownWord(cursor, token);
  const qualifiers = (cursor.inForce ??= DEFAULT_QUALIFIERS);
  const { direction, type } = qualifiers;
  const size = parseNetworkSize(cursor, qualifiers);
  const { filter } = cursor;
  switch (type) {
    case 'port': {
      const port = readPort(filter, token);
      return { kind: 'port', direction, low: port, high: port };
    }
    case 'portrange':
      return { kind: 'port', direction, ...readPortRange(filter, token) };
    case 'host':
      return { kind: 'net', direction, network: ofFamily(cursor, token, readHost(filter, token)) };
    case 'net':
      return { kind: 'net', direction, network: ofFamily(cursor, token, readNetwork(filter, token, size)) };
  }
}

function parseNetworkSize(cursor: Cursor, { type }: Qualifiers): NetworkSize | null {
  const sign = peek(cursor);
  const isMask = sign.kind === 'word' && sign.text === 'mask';
  if (sign.kind !== '/' && !isMask) return null;
  if (type !== 'net') throw refusal(cursor, sign, `goes with networks only, not with "${type}"; write "net ..."`);
  cursor.next++;
  const place = peek(cursor);
  if (place.kind !== 'word') throw unexpected(cursor, place, isMask ? 'a mask' : 'a prefix length');
  cursor.next++;
  return { kind: isMask ? 'mask' : 'prefix', place };
}

/** `ip host` and `ip6 net` take addresses of their own family only. */
function ofFamily(cursor: Cursor, token: Token, network: Network): Network {
  const protocol = cursor.inForce?.protocol;
  const wanted = vocabulary.IP_VERSION_BY_PROTOCOL.get(protocol ?? '');
  if (wanted === undefined || wanted === network.ipVersion) return network;
  throw refusal(cursor, token, `is an IPv${network.ipVersion} address, but "${protocol}" says IPv${wanted}`);
}

function unexpected(cursor: Cursor, token: Token, expected: string): FilterError {
  if (vocabulary.comesAlong(token.text)) {
    return refusal(cursor, token, 'can be left out: what belongs to a connection is kept with it');
  }
  const problem = vocabulary.isBeyond(token.text)
    ? `is beyond what is decided per connection; ${SUPPORTED}`
    : `stands where ${expected} was expected`;
  return refusal(cursor, token, problem);
}

function unknownWord(cursor: Cursor, token: Token): FilterError {
  const { text } = token;
  if (/^\d+$/.test(text)) return refusal(cursor, token, `is a number of what? Write "port ${text}" or "net ${text}"`);
  const lower = text.toLowerCase();
  const isCase = lower !== text && (vocabulary.isKeyword(lower) || ['and', 'or', 'not'].includes(lower));
  if (isCase) return refusal(cursor, token, `is not a word of the filter language; write "${lower}"`);
  return refusal(cursor, token, `is neither an address nor a word of the filter language; ${SUPPORTED}`);
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.next];
}

function accept(cursor: Cursor, kind: TokenKind): boolean {
  if (peek(cursor).kind !== kind) return false;
  cursor.next++;
  return true;
}

function refusal(cursor: Cursor, token: Token, problem: string): FilterError {
  return new FilterError(problem, cursor.filter, token);
}
