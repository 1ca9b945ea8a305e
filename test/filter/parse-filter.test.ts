import { describe, expect, it } from 'vitest';
import { FilterError, parseFilter } from '../../src/filter/parse-filter.js';
import { CONNECTIONS, NAMES, namesTaken } from './connections.js';
import { NO_TCPDUMP, namesPrinted } from './tcpdump.js';

const ALL = NAMES.join('');
const IPV4 = 'abcde';
const IPV6 = 'FGHI';

/** Filter, and the connections it takes (test/filter/connections.ts). tcpdump must agree with each row. */
const TAKEN: readonly (readonly [filter: string, taken: string])[] = [
  ['', ALL],
  ['  ', ALL],

  ['tcp', ALL],
  ['ip', IPV4],
  ['ip6', IPV6],
  ['not ip', IPV6],
  ['not tcp', ''],
  ['ip and ip6', ''],
  ['ip proto 6', IPV4],
  ['ip proto \\tcp', IPV4],
  ['ip6 proto 6', IPV6],

  ['host 10.0.0.2', 'ae'],
  ['host 10.0.0.1 or 192.168.1.8', 'abc'],
  ['host 2001:db8::1', 'FG'],
  ['host 2001:DB8:0:0:0:0:0:1', 'FG'],
  ['host ::1', 'I'],
  ['host 10.9.9.9', ''],
  ['ip host 10.0.0.2', 'ae'],
  ['ip6 host fe80::2', 'H'],
  ['src 10.0.0.2', 'ae'],
  ['dst host 172.16.5.4', 'de'],
  ['src and dst host ::1', 'I'],
  ['src and dst host 10.0.0.1', ''],
  ['src host 10.0.0.1 and dst host 10.0.0.2', 'a'],
  ['src host 10.0.0.1 and src host 10.0.0.2', ''],
  ['src or dst host fe80::1', 'H'],
  ['dst or src host fe80::1', 'H'],

  ['net 10.0.0.0/8', 'abe'],
  ['net 10.0', 'abe'],
  ['net 10.1', 'b'],
  ['net 10', 'abe'],
  ['net 192.168.1', 'cd'],
  ['net 192.168.1.7', 'cd'],
  ['net 192.168.1/25', 'cd'],
  ['net 192.168.1.8/29', 'c'],
  ['net 172.16.0.0 mask 255.240.0.0', 'de'],
  ['net 172.16 mask 255.255', 'de'],
  ['net 10.0.0.0 mask 255.0.255.0', 'abe'],
  ['net 0.0.0.0/0', IPV4],
  ['net 128.0.0.0/1', 'cde'],
  ['net ::/0', IPV6],
  ['net 2001:db8::/32', 'FG'],
  ['net 2001:db8::/64', 'FG'],
  ['net 2001:db8:0:1::/64', 'G'],
  ['net 2001:db8::/127', 'FG'],
  ['net fe80::/10', 'H'],
  ['net fe80::2', 'H'],
  ['src and dst net 10.0.0.0/30', 'a'],
  ['ip net 10.0.0.0/8', 'abe'],
  ['ip6 src net fe80::/10', 'H'],
  ['net 172.16 or 10.1 or fe80::/10', 'bdeH'],

  ['port 80', 'aeF'],
  ['port http', 'aeF'],
  ['port 0x50', 'aeF'],
  ['tcp port 80', 'aeF'],
  ['port 80 or 443', 'abeFG'],
  ['src port 53', 'd'],
  ['src and dst port 53', 'd'],
  ['src and dst port 80', ''],
  ['tcp src or dst port 22', 'cI'],
  ['port 65535', 'e'],
  ['port 0', ''],
  ['portrange 6000-6008', 'cGH'],
  ['portrange 6008-6000', 'cGH'],
  ['portrange 6000', 'c'],
  ['portrange ssh-http', 'acdeFI'],
  ['tcp dst port ftp or ftp-data or domain', 'd'],
  ['src portrange 0-60 and dst portrange 0-60', 'd'],

  // Negation takes one ID only: "not host vs and ace" is "not host vs and host ace", and "should not be confused with
  // not ( host vs or ace )" (pcap-filter(7)).
  ['not host 10.0.0.1 and 10.0.0.2', 'e'],
  ['not ( host 10.0.0.1 or 10.0.0.2 )', `cd${IPV6}`],
  ['! port 80', 'bcdGHI'],
  ['!port 80&&!port 443', 'cdHI'],
  ['not not port 80', 'aeF'],
  ['port not 80', 'bcdGHI'],
  ['port 80 or not 443', 'acdeFHI'],
  // One direction of a connection always comes from another port.
  ['not src port 80', ALL],
  ['not src port 53', `abce${IPV6}`],

  // Equal precedence, from the left.
  ['port 80 or port 443 and ip6', 'FG'],
  ['port 80 or (port 443 and ip6)', 'aeFG'],
  ['ip6 and port 443 or port 80', 'aeFG'],
  ['port 80||port 443&&ip', 'abe'],
  ['host 10.0.0.2 or 10.0.0.1 and port 80', 'ae'],

  // Which qualifiers an ID without any takes.
  ['port 80 or host ::1 or 10.1.2.3', 'abeFI'],
  ['port 443 or (dst host 172.16.5.4) or 22', 'bcdeGI'],
  ['port (80 or 443)', 'abeFG'],
  ['(port 80)or(port 443)', 'abeFG'],
  ['(port 80 )', 'aeF'],
  ['port 80 and (port 81 or host 10.0.0.1) or 22', 'acI'],
  ['src 10.0.0.1 or 192.168.1.7', 'abcd'],
  ['host 10.0.0.1 and not port (80 or 22)', 'b'],
  ['((((ip6))) and (((port 80))))', 'F'],
];

/** What tcpdump refuses although its meaning is plain. */
const TAKEN_HERE_ONLY: typeof TAKEN = [
  ['10.0.0.2', 'ae'],
  ['not 10.0.0.2', `bcd${IPV6}`],
  ['::1 or fe80::1', 'HI'],
  ['ip6 or 10.1.2.3', `b${IPV6}`],
  ['net 10/8', 'abe'],
  ['ip proto tcp', IPV4],
  ['ip6 proto tcp', IPV6],
  ['port 443 or (22 or dst port 53)', 'bcdGI'],
];

describe('a filter takes the connections it describes', () => {
  it.each([...TAKEN, ...TAKEN_HERE_ONLY])('%s', (text, taken) => {
    const filter = parseFilter(text);
    expect(filter.text).toBe(text);
    expect(namesTaken(filter)).toBe(inOrder(taken));
    expect(namesTaken(filter, true), 'with the ends swapped').toBe(inOrder(taken));
  });

  it.for(TAKEN)('tcpdump agrees: %s', ([text, taken], { skip }) => {
    skip(NO_TCPDUMP !== null, NO_TCPDUMP ?? '');
    expect(namesPrinted(text)).toBe(inOrder(taken));
  });

  it.for(TAKEN_HERE_ONLY)('tcpdump refuses: %s', ([text], { skip }) => {
    skip(NO_TCPDUMP !== null, NO_TCPDUMP ?? '');
    expect(namesPrinted(text)).toBeNull();
  });
});

describe('ports a filter names', () => {
  it.each([
    ['', []],
    ['host 10.0.0.1', []],
    ['port 80', [80]],
    ['port 443 or 80 or 443', [443, 80]],
    ['src port ssh and not dst port 80', [22]],
    ['not (port 80 or not port 443)', [443]],
    ['not not port 80', [80]],
    ['host 10.0.0.1 and (ip6 or tcp port 8080)', [8080]],
    ['portrange 6000-6008', []],
    ['portrange 6000-6000', [6000]],
  ] as const)('%s', (text, ports) => {
    expect(parseFilter(text).ports).toEqual(ports);
  });
});

/** The caret stands under the offending word; the message begins with that word in quotes and goes on as told. */
const REFUSED: readonly (readonly [filter: string, caret: string, message: RegExp])[] = [
  ['udp port 53', '^', /^"udp" is beyond what is decided per connection; supported: host, net, port, portrange,/],
  ['port 80 or icmp', '           ^', /^"icmp" can be left out: what belongs to a connection is kept with it$/],
  ['port 80 or udp', '           ^', /^"udp" is beyond .* src\/dst, tcp, ip, ip6, and\/or\/not, parentheses$/],
  ['tcp[13] & 2 != 0', '^', /^"tcp\[13\]" is beyond/],
  ['ip and tcp[tcpflags] & tcp-syn != 0', '       ^', /^"tcp\[tcpflags\]" is beyond/],
  ['greater 100', '^', /^"greater" is beyond/],
  ['ether host 1:2:3:4:5:6', '^', /^"ether" is beyond/],
  ['vlan 7 and port 80', '^', /^"vlan" is beyond/],
  ['gateway 10.0.0.1', '^', /^"gateway" is beyond/],
  ['proto 6', '^', /^"proto" is beyond/],
  ['ip broadcast', '   ^', /^"broadcast" is beyond/],
  ['port 80 icmp', '        ^', /^"icmp" can be left out/],
  ['ip proto 17', '         ^', /^"17" is not TCP/],
  ['ip6 proto', '         ^', /^the end of the filter is not TCP/],

  ['port', '    ^', /^the end of the filter stands where an address or port was expected$/],
  ['port 80 and', '           ^', /^the end of the filter stands where a condition/],
  ['not', '   ^', /^the end of the filter stands where a condition/],
  ['()', ' ^', /^"\)" stands where a condition/],
  ['and port 80', '^', /^"and" stands where a condition/],
  ['port 80 and or 81', '            ^', /^"or" stands where a condition/],
  ['port 80 81', '        ^', /^"81" stands where "and" or "or" was expected$/],
  ['(port 80 81)', '         ^', /^"81" stands where "and", "or" or "\)" was expected$/],
  ['host 10.0.0.1 port 80', '              ^', /^"port" stands where "and" or "or"/],
  ['src or port 80', '    ^', /^"or" stands where an address or port was expected$/],
  ['port (80 or host 10.0.0.1)', '            ^', /^"host" stands where an address or port was expected$/],
  ['host mask', '     ^', /^"mask" stands where an address or port/],
  ['(port 80', '^', /^"\(" opens a parenthesis that is never closed$/],
  ['port 80)', '       ^', /^"\)" closes a parenthesis that was never opened$/],
  ['port 80 AND port 81', '        ^', /^"AND" stands where "and" or "or"/],
  ['PORT 80', '^', /^"PORT" is not a word of the filter language; write "port"$/],
  ['foo', '^', /^"foo" is neither an address nor a word of the filter language; supported:/],
  ['80', '^', /^"80" is a number of what\? Write "port 80" or "net 80"$/],
  ['(port 80) or 81', '             ^', /^"81" is a number of what/],
  ['port 80 or tcp or 443', '                  ^', /^"443" is a number of what/],
  ['port 80 or ip proto 6 or 443', '                         ^', /^"443" is a number of what/],
  ['tcp or 80', '       ^', /^"80" is a number of what/],

  ['host www.example.com', '     ^', /^"www.example.com" is not an address: names are not looked up/],
  ['host 80', '     ^', /^"80" is not an address; for a port write "port 80"$/],
  ['port 80 and src 443', '                ^', /^"443" is not an address; for a port write "port 443"$/],
  ['host 10.0', '     ^', /^"10.0" is a part of an address; for a network write "net 10.0"$/],
  ['host 256.1.1.1', '     ^', /^"256.1.1.1" is not an IPv4 or IPv6 address$/],
  ['host 1:2:3', '     ^', /^"1:2:3" is not an IPv4 or IPv6 address$/],
  ['host 10.0.0.0/8', '             ^', /^"\/" goes with networks only, not with "host"/],
  ['10.0.0.0/8', '        ^', /^"\/" goes with networks only, not with "host"; write "net ..."$/],
  ['host 10.0.0.0 mask 255.0.0.0', '              ^', /^"mask" goes with networks only/],

  ['net 10.0.0.1/8', '    ^', /^"10.0.0.1" has non-network bits set/],
  ['net 2001:db8::1/32', '    ^', /^"2001:db8::1" has non-network bits set/],
  ['net 10.1.0.0 mask 255.0.0.0', '    ^', /^"10.1.0.0" has non-network bits set/],
  ['net 10.0.0.0/33', '             ^', /^"33" is not a prefix length: 0 to 32$/],
  ['net ::/129', '       ^', /^"129" is not a prefix length: 0 to 128$/],
  ['net 10.0.0.0/x', '             ^', /^"x" is not a prefix length/],
  ['net 10.0.0.0/', '             ^', /^the end of the filter stands where a prefix length was expected$/],
  ['net 10.0.0.0 mask', '                 ^', /^the end of the filter stands where a mask was expected$/],
  ['net 10.0.0.0 mask ::', '                  ^', /^"::" is not an IPv4 mask$/],
  ['net 2001:db8:: mask ffff:ffff::', '                    ^', /^"ffff:ffff::" is a mask, but an IPv6 network/],
  ['net 256', '    ^', /^"256" is not an IPv4 or IPv6 address$/],

  ['port 65536', '     ^', /^"65536" is not a port number: the highest is 65535$/],
  ['port -1', '     ^', /^"-1" is not a port number$/],
  ['port 080', '     ^', /^"080" would be octal/],
  ['port gopher', '     ^', /^"gopher" is not one of the few service names known here; write the port number$/],
  ['port 80-90', '     ^', /^"80-90" is not a port number$/],
  ['port 10.0.0.1', '     ^', /^"10.0.0.1" is not a port number$/],
  ['portrange 80-', '          ^', /^"80-" is not a port number$/],
  ['portrange 1-2-3', '          ^', /^"1-2-3" is not a port number$/],
  ['portrange 80-65536', '          ^', /^"80-65536" is not a port number: the highest is 65535$/],

  ['tcp host 10.0.0.1', '^', /^"tcp" does not go with "host"; write "tcp and host ..."$/],
  ['tcp src 10.0.0.1', '^', /^"tcp" does not go with "host"/],
  ['tcp net 10', '^', /^"tcp" does not go with "net"/],
  ['ip port 80', '^', /^"ip" does not go with "port"; write "ip and port ..."$/],
  ['ip6 src portrange 1-2', '^', /^"ip6" does not go with "portrange"/],
  ['ip host ::1', '        ^', /^"::1" is an IPv6 address, but "ip" says IPv4$/],
  ['ip6 net ::/0 or 10', '                ^', /^"10" is an IPv4 address, but "ip6" says IPv6$/],
];

describe('a filter that cannot be is refused, with a caret', () => {
  it.each(REFUSED)('%s', (text, caret, message) => {
    const error = refusalOf(text);
    expect(error.message).toMatch(message);
    expect(`${' '.repeat(error.position)}^`).toBe(caret);
    expect(error.filter).toBe(text);
    expect(text.startsWith(error.word, error.position)).toBe(true);
    expect(error.word === '').toBe(error.position === text.length);
  });

  it('in one line of bearable length, whatever the word', () => {
    const { message } = refusalOf(`host \u001b[2J${'x'.repeat(1e6)}`);
    expect(message).toMatch(/^[\x20-\x7e]{1,200}$/);
  });
});

describe('a hostile filter', () => {
  const MILLION = 1_000_000;

  it.each([
    ['parentheses', '('.repeat(MILLION), /nests too deep: at most 200/],
    ['IDs in parentheses', `port ${'('.repeat(MILLION)}`, /nests too deep/],
    ['negated parentheses', '!('.repeat(MILLION), /nests too deep/],
    ['negation', 'not '.repeat(MILLION), /^the end of the filter/],
    ['closed parentheses', ')'.repeat(MILLION), /^"\)" stands/],
    ['one word', 'a'.repeat(MILLION), /^"a{40}\.\.\." is neither/],
    ['one word and arithmetic', `${'a'.repeat(MILLION)}[`, /is beyond/],
    ['a long port', `port ${'9'.repeat(MILLION)}`, /highest is 65535/],
    ['a long address', `host ${'1.'.repeat(MILLION)}`, /is not an IPv4 or IPv6 address/],
    ['another long address', `host ${':1'.repeat(MILLION)}`, /is not an IPv4 or IPv6 address/],
  ])('of %s is an error, not a crash', (_, text, message) => {
    expect(refusalOf(text).message).toMatch(message);
  });

  it('may be long if it is flat', () => {
    const [{ address }] = CONNECTIONS.b;
    expect(namesTaken(parseFilter(`host ${address}${' or 10.9.9.9'.repeat(50_000)}`))).toBe('ab');
    expect(namesTaken(parseFilter(`${'not '.repeat(100_001)}ip`))).toBe(IPV6);
  });

  it('may nest as deep as promised', () => {
    expect(namesTaken(parseFilter(`${'not ('.repeat(200)}port 80${')'.repeat(200)}`))).toBe('aeF');
    expect(namesTaken(parseFilter(`${'(port 80) and '.repeat(300)}ip6`))).toBe('F');
  });
});

function refusalOf(text: string): FilterError {
  try {
    parseFilter(text);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`not refused: ${text}`);
}

function inOrder(names: string): string {
  return NAMES.filter((name) => names.includes(name)).join('');
}
