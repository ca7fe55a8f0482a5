/**
 * Names of capabilities by bit, linux/capability.h. Texts of thread.cap_* list them from bit 0 up, joined by blanks.
 */
export const CAPABILITIES: readonly string[] = `
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
  NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT
  SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE
  AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ
  PERFMON BPF CHECKPOINT_RESTORE
`
  .trim()
  .split(/\s+/)
  .map((name) => `CAP_${name}`);

const bit = (name: string): bigint => 1n << BigInt(CAPABILITIES.indexOf(name));

/** Writes to any file. */
export const CAP_DAC_OVERRIDE = bit('CAP_DAC_OVERRIDE');
/** Changes the mode of any file. */
export const CAP_FOWNER = bit('CAP_FOWNER');

/** `CAP_CHOWN CAP_KILL`; bits without a name are left out. */
export function capabilityNames(set: bigint): string {
  return CAPABILITIES.filter((_, at) => (set & (1n << BigInt(at))) !== 0n).join(' ');
}
