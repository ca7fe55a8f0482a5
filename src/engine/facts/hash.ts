import { own, type Table } from './process.ts';

/** proc.exe.sha256: of the file that the kernel executed, whatever its path leads to by now. */
export const hashFacts: Table = {
  'proc.exe.sha256': own((process, { machine, bootNs }) =>
    machine.executables.digest(process, 'sha256', bootNs),
  ),
};
