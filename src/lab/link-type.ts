// The link type a capture file declares, by name: a fact for the answers, read straight from the file's header.
//
// Read draft-ietf-opsawg-pcap section 4 and draft-ietf-opsawg-pcapng section 4.2.

/** LINKTYPE_ values the lab can make. */
const NAMES: Record<number, string> = { 1: 'EN10MB', 12: 'RAW', 101: 'RAW', 113: 'LINUX_SLL', 276: 'LINUX_SLL2' };
const PCAPNG_SECTION = 0x0a0d0d0a;

/** The lab's own files are little-endian, as its machines are. */
export function linkTypeName(file: Buffer): string {
  if (file.readUInt32LE(0) === PCAPNG_SECTION) {
    const interfaceBlock = file.readUInt32LE(4);
    return nameOf(file.readUInt16LE(interfaceBlock + 8));
  }
  return nameOf(file.readUInt32LE(20) & 0xffff);
}

const nameOf = (linkType: number): string => NAMES[linkType] ?? String(linkType);
