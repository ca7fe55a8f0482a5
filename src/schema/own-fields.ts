import type { Field, FieldType } from './field.ts';

/**
 * Fields that Falco does not have. Rules that use them are for saker alone; `saker fields` marks them. A value that
 * cannot be found is missing, never guessed, so a comparison with it is false: `proc.exe.packaged = false` holds
 * only where no package is known to own the file.
 */
function own(name: string, type: FieldType, meaning: string, { expensive = false } = {}): Field {
  const group = name.slice(0, name.startsWith('fs.path') ? 'fs.path'.length : name.indexOf('.'));
  return {
    name,
    type,
    group: group === 'proc' ? 'process' : group,
    meaning,
    arg: 'none',
    argKind: null,
    list: false,
    ancestor: false,
    filterOnly: false,
    noTransform: false,
    noRight: false,
    deprecated: false,
    grade: 'C',
    own: true,
    ...(expensive ? { expensive } : {}),
  };
}

const EXPENSIVE = { expensive: true };

// biome-ignore format: one field a line reads as the table it is
export const OWN_FIELDS: readonly Field[] = [
  own('evt.is_io_uring', 'bool', 'done through io_uring, not by a system call of its own'),
  own('fs.path.resolved', 'string', 'path as the kernel resolved it, every symlink followed; of opens, executions and calls on open files'),
  // By the cgroup, as the journal names them; the user's own units and slices are as the user set them up.
  own('proc.unit', 'string', 'systemd unit: ssh.service, session-3.scope, docker-ID.scope (journal: _SYSTEMD_UNIT)'),
  own('proc.user_unit', 'string', 'unit of the user\'s own systemd (_SYSTEMD_USER_UNIT); the user may choose it'),
  own('proc.slice', 'string', 'systemd slice: system.slice, user-1000.slice (_SYSTEMD_SLICE)'),
  own('proc.user_slice', 'string', 'slice of the user\'s own systemd (_SYSTEMD_USER_SLICE); the user may choose it'),
  // By the session scope, else by the audit session, which survives a change of cgroup.
  own('proc.session.id', 'string', 'login session of systemd-logind, as loginctl shows it', EXPENSIVE),
  own('proc.session.uid', 'u32', 'uid that logged in, whoever the process is now', EXPENSIVE),
  own('proc.session.user', 'string', 'name of the user who logged in', EXPENSIVE),
  own('proc.session.type', 'string', 'tty, x11, wayland, mir, web or unspecified', EXPENSIVE),
  own('proc.session.class', 'string', 'user, greeter, lock-screen, background, manager', EXPENSIVE),
  own('proc.session.service', 'string', 'PAM service of the login: sshd, login, su-l, cron', EXPENSIVE),
  own('proc.session.tty', 'string', 'terminal of the login: pts/0, tty1', EXPENSIVE),
  own('proc.session.remote', 'bool', 'the login came from another machine', EXPENSIVE),
  own('proc.session.remote_host', 'string', 'where it came from, as the PAM service told it: an address, or a name if sshd looks names up', EXPENSIVE),
  own('proc.session.remote_user', 'string', 'user on the other machine, where the service tells', EXPENSIVE),
  // From the connection that root's sshd among the ancestors holds, not from the environment, which anybody can set.
  own('proc.ssh.rip', 'ip', 'address of the SSH client, from the socket of the sshd above the process', EXPENSIVE),
  own('proc.ssh.rport', 'port', 'port of the SSH client, from the same socket', EXPENSIVE),
  own('container.facts', 'string', 'whether the runtime told what it knows of the container: known, pending (not in time), unknown, host'),
  // By the host's dpkg or rpm database; missing in containers, whose files are not the host's.
  own('proc.exe.package', 'string', 'package that installed the executable', EXPENSIVE),
  own('proc.exe.package_version', 'string', 'version of that package', EXPENSIVE),
  own('proc.exe.packaged', 'bool', 'a package of the host has the executable; false for a memfd', EXPENSIVE),
  own('proc.exe.changed', 'bool', 'its content is not what the package installed', EXPENSIVE),
  own('proc.exe.sha256', 'string', 'SHA-256 of the executed file in hexadecimal; files up to 64 MiB', EXPENSIVE),
];
