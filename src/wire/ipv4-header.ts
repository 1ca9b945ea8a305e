// Where the fields of an IPv4 header stand (RFC 791 section 3.1): for the header itself and for one quoted by ICMP.

export const VERSION_IHL = 0;
export const TOTAL_LENGTH = 2;
export const IDENTIFICATION = 4;
export const FRAGMENT = 6;
export const TTL = 8;
export const PROTOCOL = 9;
export const SOURCE = 12;
export const DESTINATION = 16;
export const IPV4_HEADER_LENGTH = 20;

export const FRAGMENT_OFFSET_MASK = 0x1fff;
