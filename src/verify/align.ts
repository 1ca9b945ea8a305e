// Which entry of a list is about which of another, where both are in order: as many as hold from the front and from the back,
// and what is left in between one by one. One that was added or is missing is then told as that, and its neighbours hold.

export type Pair<A, B> = readonly [A, B] | readonly [A, null] | readonly [null, B];

export function align<A, B>(as: readonly A[], bs: readonly B[], holds: (a: A, b: B) => boolean): Pair<A, B>[] {
  const shorter = Math.min(as.length, bs.length);
  let front = 0;
  while (front < shorter && holds(as[front], bs[front])) front++;
  let back = 0;
  while (back < shorter - front && holds(as[as.length - 1 - back], bs[bs.length - 1 - back])) back++;
  const pairs: Pair<A, B>[] = [];
  const between = Math.max(as.length, bs.length) - back;
  const at = <T>(list: readonly T[], n: number): T | null => (n < list.length - back ? list[n] : null);
  for (let n = 0; n < between; n++) pairs.push([at(as, n), at(bs, n)] as Pair<A, B>);
  for (let n = back; n > 0; n--) pairs.push([as[as.length - n], bs[bs.length - n]]);
  return pairs;
}
