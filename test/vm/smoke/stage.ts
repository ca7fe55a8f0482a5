import { join } from 'node:path';
import { stage } from '../stage.ts';

const here = (name: string): string => join(import.meta.dirname, name);

/** @returns a new folder for --in, with observe.ts and the actions */
export function stageSmoke(): string {
  const sources = ['actions.c', 'calls.c', 'uring.c', 'uring-files.c', 'descriptors.c', 'moments.c'].map(
    here,
  );
  return stage({ scripts: [here('observe.ts'), here('guarded.ts')], program: { name: 'actions', sources } });
}
