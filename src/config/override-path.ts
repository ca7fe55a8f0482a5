/** One step into a configuration: a key, a list index, or `end` for `[]`. */
export type Step = { readonly key: string } | { readonly index: number } | 'end';

/** `a.b[0]=v`, `a[]=v`; a backslash takes the next character as it is. null when the text is not of that form. */
export function parsePath(path: string): Step[] | null {
  const steps: Step[] = [];
  const piece = /((?:\\.|[^\\.[\]=])+)|\[(\d{0,6})\]|\./gy;
  let wantKey = true;
  while (piece.lastIndex < path.length) {
    const match = piece.exec(path);
    if (match === null) return null;
    const [all, key, index] = match;
    if (key !== undefined && wantKey) steps.push({ key: key.replace(/\\(.)/g, '$1') });
    else if (index !== undefined && !wantKey) steps.push(index === '' ? 'end' : { index: Number(index) });
    else if (all !== '.' || wantKey) return null;
    wantKey = all === '.';
  }
  return wantKey ? null : steps;
}
