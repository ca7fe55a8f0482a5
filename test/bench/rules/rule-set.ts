/**
 * Rules of the kind that ship with agents of this family, written for measuring: about ten comparisons each, shared
 * macros, lists. Twenty-five are spelled out; larger sets repeat their shapes with other lists and paths.
 */
import { type Checked, checkCondition, parseCondition } from '../../../src/rules/condition/index.ts';
import { syscallCatalogue } from '../../../src/schema/fields.ts';

const list = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`).join(', ');

const OPENED = `(evt.type in (open, openat, openat2) and fd.typechar = f and fd.num >= 0)`;
const WRITTEN = `(${OPENED} and evt.is_open_write = true)`;
const READ = `(${OPENED} and evt.is_open_read = true)`;
const SPAWNED = '(evt.type in (execve, execveat))';
const OUTBOUND = `(evt.type in (connect, sendto, sendmsg) and fd.typechar in (4, 6) and fd.connected = true and (evt.rawres >= 0 or evt.res = EINPROGRESS) and not fd.snet in ("127.0.0.0/8", "10.0.0.0/8"))`;
const INBOUND = '(evt.type in (accept, accept4, listen) and fd.typechar in (4, 6) and evt.rawres >= 0)';
const RENAMED = '(evt.type in (rename, renameat, renameat2, unlink, unlinkat, rmdir))';
const CONTAINED = '(container.id != host)';
const PACKAGERS = `proc.name in (${list('pkg', 12)}) or proc.pname in (${list('pkg', 12)})`;
const SHELLS = `proc.name in (bash, sh, zsh, dash, ksh, ${list('shell', 4)})`;
const ANCESTRY = `proc.aname[2] in (${list('orchestrator', 6)}) or proc.aname[3] in (${list('orchestrator', 6)})`;

/** `n` makes each repetition another rule: other names, other places. */
const SHAPES: readonly ((n: number) => string)[] = [
  (n) =>
    `${READ} and (fd.name in (/etc/secret${n}, /etc/sudo${n}) or fd.directory in (/etc/vault${n}, /etc/pam${n})) and not (${PACKAGERS}) and not proc.name in (${list(`reader${n}_`, 20)}) and not proc.cmdline startswith "backup${n} "`,
  (n) =>
    `${WRITTEN} and fd.name startswith /etc/conf${n} and not (${PACKAGERS}) and not (${ANCESTRY}) and not proc.name in (${list(`editor${n}_`, 15)}) and proc.name exists`,
  (n) =>
    `${SPAWNED} and ${CONTAINED} and ${SHELLS} and proc.tty != 0 and container.image.repository startswith registry${n}/ and not user.name = operator${n} and proc.pname exists`,
  (n) =>
    `${OUTBOUND} and proc.name in (${list(`daemon${n}_`, 10)}) and not fd.sport in (53, 80, ${1000 + n}) and not proc.pname in (supervisor${n}, init${n})`,
  (n) =>
    `${SPAWNED} and proc.name in (nc${n}, netcat${n}) and (proc.args contains "-e" or proc.args contains "-c" or proc.cmdline contains "--exec${n}") and not (${ANCESTRY})`,
  (n) =>
    `${RENAMED} and (fd.name startswith /bin${n}/ or fd.name startswith /sbin${n}/ or fd.name startswith /usr/bin${n}/) and not (${PACKAGERS}) and not proc.exepath = /usr/lib/updater${n}`,
  (n) =>
    `${WRITTEN} and fd.directory in (/bin${n}, /sbin${n}, /usr/bin${n}, /usr/sbin${n}) and not (${PACKAGERS}) and not proc.name in (${list(`installer${n}_`, 8)})`,
  (n) =>
    `${SPAWNED} and proc.is_exe_upper_layer = true and ${CONTAINED} and proc.exepath startswith /opt/app${n} and not container.image.repository in (${list(`image${n}_`, 12)})`,
  (n) =>
    `${OPENED} and (fd.name endswith .pem${n} or fd.name endswith .key${n} or fd.filename in (id_rsa${n}, id_dsa${n})) and not user.name in (root, keeper${n}) and not proc.name = ssh-agent${n}`,
  (n) =>
    `${INBOUND} and ${CONTAINED} and proc.name in (${list(`miner${n}_`, 10)}) and not fd.lport in (${8000 + n}, ${9000 + n}) and user.uid != ${n}`,
  (n) =>
    `evt.type in (ptrace, process_vm_writev) and proc.name != proc${n} and not proc.pname in (gdb${n}, strace${n}) and not user.name = debugger${n} and proc.exepath startswith /usr`,
  (n) =>
    `${SPAWNED} and proc.cmdline contains "curl http${n}" and (proc.cmdline contains "| sh" or proc.cmdline contains "| bash") and not (${ANCESTRY}) and user.uid >= 0`,
  (n) =>
    `${WRITTEN} and fd.name pmatch (/var/spool/cron${n}, /etc/cron${n}.d, /etc/systemd${n}) and not (${PACKAGERS}) and not proc.name = crond${n}`,
  (n) =>
    `evt.type in (chmod, fchmod, fchmodat) and (evt.arg.mode contains S_ISUID or evt.arg.mode contains S_ISGID) and not proc.name in (${list(`setter${n}_`, 6)}) and not user.name = admin${n}`,
  (n) =>
    `${OUTBOUND} and ${CONTAINED} and fd.sip in (192.0.2.${n % 250}, 198.51.100.${n % 250}) and not proc.name = agent${n} and not k8s.ns.name = system${n}`,
  (n) =>
    `evt.type in (setuid, setresuid) and user.name != root and evt.arg.uid = ${n} and not proc.name in (sudo${n}, su${n}) and not (${ANCESTRY})`,
  (n) =>
    `${SPAWNED} and not user.name in (root, user${n}) and proc.pname in (httpd${n}, nginx${n}, java${n}) and ${SHELLS} and not proc.cmdline in ("sh -c health${n}", "sh -c probe${n}")`,
  (n) =>
    `evt.type in (mount, umount, umount2) and ${CONTAINED} and not proc.name in (${list(`mounter${n}_`, 5)}) and proc.cmdline contains " /dev/disk${n}"`,
  (n) =>
    `evt.type in (init_module, finit_module, delete_module) and not proc.name in (kmod${n}, modprobe${n}) and not user.name = kernel${n} and evt.res = SUCCESS and thread.cap_effective contains CAP_SYS_MODULE`,
  (n) =>
    `${READ} and fd.name glob "/proc/*/environ${n}" and not proc.name in (${list(`monitor${n}_`, 10)}) and not proc.pname = collector${n} and ${CONTAINED}`,
  (n) =>
    `${SPAWNED} and proc.exe startswith "/dev/shm/x${n}" and not proc.pname in (${list(`launcher${n}_`, 3)}) and user.uid >= 0 and not (${ANCESTRY})`,
  (n) =>
    `evt.type in (symlink, symlinkat, link, linkat) and evt.arg.target in (/etc/shadow${n}, /root/.ssh${n}) and not (${PACKAGERS}) and not proc.name = deployer${n}`,
  (n) =>
    `${WRITTEN} and (fd.filename in (.bashrc${n}, .profile${n}, .zshrc${n}) or fd.name in (/etc/profile${n}, /etc/bashrc${n})) and not ${SHELLS} and not user.name = home${n}`,
  (n) =>
    `evt.type in (dup, dup2, dup3) and evt.rawres in (0, 1, 2) and fd.typechar in (4, 6) and ${CONTAINED} and proc.name in (${list(`redirect${n}_`, 5)}) and not proc.pname = expected${n}`,
  (n) =>
    `${SPAWNED} and proc.name in (grep${n}, find${n}) and (proc.args contains "BEGIN RSA${n}" or proc.args endswith "id_rsa${n}" or proc.args icontains "password${n}") and not (${PACKAGERS})`,
];

export function ruleTexts(count: number): string[] {
  return Array.from({ length: count }, (_, at) =>
    SHAPES[at % SHAPES.length]!(Math.floor(at / SHAPES.length)),
  );
}

export function ruleSet(texts: readonly string[]): Checked[] {
  return texts.map((text) => {
    const parsed = parseCondition(text);
    if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
    const checked = checkCondition(parsed.ast, syscallCatalogue);
    if (!checked.ok) throw new Error(`${text}: ${checked.errors[0]!.message}`);
    return checked.condition;
  });
}
