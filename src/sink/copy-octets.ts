// Hot path: octets of one buffer into another.

/**
 * Most frames that matter here are bare segments. For those a loop is no slower than the view that `set` wants, and
 * leaves nothing behind; from here on the view is cheaper by far, and gone at once.
 */
const MAX_LOOPED_LENGTH = 96;

/** Copies `length` octets of `from`, at `fromAt`, to `to` of `into`; the views are of the same octets. */
export function copyOctets(
  from: Uint8Array,
  fromView: DataView,
  fromAt: number,
  length: number,
  into: Uint8Array,
  intoView: DataView,
  to: number,
): void {
  if (length > MAX_LOOPED_LENGTH) {
    into.set(from.subarray(fromAt, fromAt + length), to);
    return;
  }
  let done = 0;
  for (; done + 4 <= length; done += 4) intoView.setInt32(to + done, fromView.getInt32(fromAt + done));
  for (; done < length; done++) into[to + done] = from[fromAt + done];
}
