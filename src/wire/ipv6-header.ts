// Where the fields of an IPv6 header stand (RFC 8200 section 3): for the header itself and for one quoted by ICMPv6.

export const PAYLOAD_LENGTH = 4;
export const NEXT_HEADER = 6;
export const HOP_LIMIT = 7;
export const SOURCE = 8;
export const DESTINATION = 24;
export const IPV6_HEADER_LENGTH = 40;
