/**
 * Gives back what the start left: text of rules, syntax trees, code. The binary runs V8 without its memory reducer,
 * which would do so later, and then mark a heap that is at rest again and again.
 */
export function collectGarbage(): void {
  // Only with --expose-gc; a checkout runs without.
  (globalThis as { gc?: () => void }).gc?.();
}
