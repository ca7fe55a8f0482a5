/**
 * Says a thing that goes on and on: at once, and then not more often than every so many ms.
 * @param nowMs a clock that only goes forward
 */
export function seldom(
  everyMs: number,
  say: (text: string) => void,
  nowMs: () => number = () => performance.now(),
): (text: string) => void {
  let saidMs = Number.NEGATIVE_INFINITY;
  return (text) => {
    if (nowMs() - saidMs < everyMs) return;
    saidMs = nowMs();
    say(text);
  };
}
