// VLAN tags as one number, so that equal addresses in different VLANs can be told apart by comparing integers.
//
// Read IEEE 802.1Q clause 9.6 first. A key holds the two outermost identifiers, 13 bits each, each plus one: 0 means
// "no tag", and identifier 4095 still fits. A priority tag (identifier 0) marks no VLAN and leaves the key alone;
// hosts send one frame of a connection with it and the next without.

const TAG_BITS = 13;
const TAG_MASK = (1 << TAG_BITS) - 1;
const ID_MASK = 0xfff;

/** Hot path. `key` with one more tag inside it; `tci` is the tag control information. A third tag is dropped. */
export function addVlanTag(key: number, tci: number): number {
  const id = tci & ID_MASK;
  if (id === 0) return key;
  if (key === 0) return id + 1;
  return key > TAG_MASK ? key : key | ((id + 1) << TAG_BITS);
}

/** The VLAN identifiers in a key, outermost first; none for an untagged frame. */
export function vlanIds(vlanKey: number): number[] {
  if (vlanKey === 0) return [];
  const outer = (vlanKey & TAG_MASK) - 1;
  return vlanKey > TAG_MASK ? [outer, (vlanKey >>> TAG_BITS) - 1] : [outer];
}
