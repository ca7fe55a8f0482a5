// The command line of a guest's qemu: machine, kernel parameters, disks, serial ports. Pure.

import type { GuestDisks } from './cache.ts';

/** What one guest is made of; paths are of the host. */
export interface QemuPlan {
  disks: GuestDisks;
  /** Raw tar that the guest unpacks to /in. */
  inDisk: string;
  /** Empty raw file that receives a tar of /out. */
  outDisk: string;
  /** Of makeDataDisk. */
  dataDisk?: string | undefined;
  consoleFile: string;
  statusFile: string;
  mini: boolean;
  icount: boolean;
  memoryMib: number;
  append: string;
}

// Software emulation always, also where /dev/kvm works: a guest behaves and counts the same on every machine.
const freeRunning = ['-accel', 'tcg,thread=multi', '-smp', '2'];
const counting = ['-accel', 'tcg,thread=single', '-icount', 'shift=0,sleep=off', '-smp', '1'];

const kernelParameters = [
  // NVMe controllers are probed in any order: the root is found by the disk id in its boot record.
  'root=PARTUUID=5a5a5a5a-01 rw rootwait rootfstype=ext4',
  'console=ttyS0 quiet loglevel=4 8250.nr_uarts=4 panic=-1 net.ifnames=0',
  'systemd.show_status=0 systemd.log_level=warning',
  // Time: emulated guests are slow where real ones are not. Tests of LSM stacking append apparmor=1, tests of
  // absolute speed append mitigations=auto; the last one on the line wins.
  'mitigations=off apparmor=0 nokaslr tsc=reliable no_timer_check random.trust_cpu=on init_on_alloc=0',
  'rcupdate.rcu_expedited=1 cryptomgr.notests nvme_core.default_ps_max_latency_us=0',
];

/** snapshot=on: writes go to an unlinked file of this run, so every guest starts from the same disks. */
function disk(name: string, file: string, snapshot: boolean): string[] {
  const drive = `if=none,id=${name},file=${file.replaceAll(',', ',,')},format=raw,cache=unsafe`;
  return [
    '-drive',
    `${drive},snapshot=${snapshot ? 'on' : 'off'}`,
    '-device',
    `nvme,serial=saker-${name},drive=${name}`,
  ];
}

/** Writes reach the image, flushes count: see makeDataDisk. */
function dataDisk(file: string): string[] {
  const drive = `if=none,id=data,file=${file.replaceAll(',', ',,')},format=qcow2,cache=writeback`;
  return ['-drive', drive, '-device', 'nvme,serial=saker-data,drive=data'];
}

function serialFile(file: string): string[] {
  return ['-serial', `file:${file.replaceAll(',', ',,')}`];
}

/** Arguments for qemu-system-x86_64; the guest's ttyS1 is qemu's stdout. */
export function qemuArguments(plan: QemuPlan): string[] {
  // Last: words that the kernel does not know (nokaslr is one) become arguments of process 1 when they follow init=.
  const init = `init=/usr/local/sbin/guest-init${plan.mini ? ' -- mini' : ''}`;
  return [
    ...['-M', 'pc', '-cpu', 'max', '-m', `${plan.memoryMib}`],
    ...(plan.icount ? counting : freeRunning),
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', plan.disks.vmlinuz, '-append', [...kernelParameters, plan.append, init].join(' ')],
    ...disk('root', plan.disks.root, true),
    ...disk('modules', plan.disks.modules, true),
    ...disk('in', plan.inDisk, true),
    ...disk('out', plan.outDisk, false),
    ...(plan.dataDisk === undefined ? [] : dataDisk(plan.dataDisk)),
    // ttyS0 console, ttyS1 output of the command, ttyS2 status: 8250 is built into every kernel.
    ...serialFile(plan.consoleFile),
    ...['-chardev', 'stdio,id=output,signal=off', '-serial', 'chardev:output'],
    ...serialFile(plan.statusFile),
  ];
}
