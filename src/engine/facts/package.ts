import { own, type Table } from './process.ts';

/** proc.exe.package and its like: who installed the executable, and whether it is still what was installed. */
export const packageFacts: Table = {
  'proc.exe.package': own((process, { machine, bootNs }) => machine.executables.packageName(process, bootNs)),
  'proc.exe.package_version': own((process, { machine, bootNs }) =>
    machine.executables.packageVersion(process, bootNs),
  ),
  'proc.exe.packaged': own((process, { machine, bootNs }) => machine.executables.isPackaged(process, bootNs)),
  'proc.exe.changed': own((process, { machine, bootNs }) => machine.executables.isChanged(process, bootNs)),
};
