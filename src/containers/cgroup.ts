/** What started a container; the values of `container.type`. `cri` is a CRI runtime that is neither of the known. */
export type Runtime =
  | 'docker'
  | 'podman'
  | 'containerd'
  | 'cri-o'
  | 'cri'
  | 'lxc'
  | 'libvirt-lxc'
  | 'systemd-nspawn'
  | 'bpm';

/** The container that a cgroup path names. Texts are made of letters, digits and `_.@:\-` only. */
export interface ContainerRef {
  /** First 12 characters of fullId: `container.id`. */
  readonly id: string;
  readonly fullId: string;
  /** As the path tells it; the runtime that knows the container may correct it (a bare id is ambiguous). */
  readonly runtime: Runtime;
  /** containerd's namespace where the path carries it (`ctr run`), else null. */
  readonly namespace: string | null;
  /**
   * The user below whose service manager the cgroup lies, else null. Such a cgroup is that user's to name, so only
   * that user's own runtimes may say what it is.
   */
  readonly userId: number | null;
  /** The outermost container around this one (docker in docker, kind), which is the one this host knows. */
  readonly outer: ContainerRef | null;
}

/** cgroup names have at most NAME_MAX bytes; a path deeper than this is nobody's. */
const MAX_PATH = 4096;
const SHORT_ID = 12;

// Digits and a-f, 64 of them: docker, podman, cri-o, containerd below Kubernetes, nerdctl.
const HEX = '([0-9a-f]{64})';
// Container names that people choose; libvirt and systemd escape with a backslash.
const NAME = '([A-Za-z0-9_][A-Za-z0-9_.@:\\\\-]{0,127})';

interface Layout {
  readonly runtime: Runtime;
  /** The component that is the container. */
  readonly name: RegExp;
  /** The component above it, where the name alone says too little. */
  readonly parent?: RegExp;
}

const layout = (runtime: Runtime, name: string, parent?: string): Layout =>
  parent === undefined
    ? { runtime, name: new RegExp(`^${name}$`) }
    : { runtime, name: new RegExp(`^${name}$`), parent: new RegExp(`^${parent}$`) };

/**
 * One component each; the first that fits wins. Names as the runtimes give them: runc's and crun's systemd driver
 * writes `prefix-ID.scope`, the cgroupfs driver `ID` or `prefix-ID`. Helpers (`*-conmon-*`, `lxc.monitor.*`,
 * virtual machines) fit nothing here: they are processes of the host.
 */
const LAYOUTS: readonly Layout[] = [
  layout('docker', `docker-${HEX}\\.scope`),
  layout('containerd', `(?:cri-containerd|nerdctl)-${HEX}(?:\\.scope)?`),
  layout('cri-o', `crio-${HEX}(?:\\.scope)?`),
  // Pods with the systemd driver below a runtime set to cgroupfs: `slice:prefix:id` is then one literal name.
  layout('containerd', `[^/]*:(?:cri-containerd|nerdctl):${HEX}`),
  layout('cri-o', `[^/]*:crio:${HEX}`),
  layout('docker', `[^/]*:docker:${HEX}`),
  layout('podman', `libpod-(?:payload-)?${HEX}(?:\\.scope)?`),
  layout('containerd', HEX, 'pod[0-9a-f_-]{32,36}'),
  layout('docker', HEX),
  // Steps of an image build.
  layout('docker', '([0-9a-z]{25})', 'buildkit'),
  layout('libvirt-lxc', `machine-lxc\\\\x2d${NAME}\\.scope`),
  layout('libvirt-lxc', `${NAME}\\.libvirt-lxc`),
  layout('libvirt-lxc', NAME, 'libvirt/lxc'),
  layout('lxc', `lxc\\.payload\\.${NAME}`),
  layout('lxc', NAME, 'lxc(?:\\.payload)?'),
  layout('systemd-nspawn', `systemd-nspawn@${NAME}\\.service`),
  layout('systemd-nspawn', `machine-(?!(?:qemu|lxc)\\\\x2d)${NAME}\\.scope`),
  layout('bpm', `bpm-${NAME}\\.scope`),
  layout('bpm', `bpm-${NAME}`),
];

/**
 * cgroup path → the innermost container, null for a process of the host.
 *
 * @param path from /proc/PID/cgroup (third part of a line) or the kernel's record, byte text
 */
export function containerOfCgroup(path: string): ContainerRef | null {
  if (path.length > MAX_PATH) return null;
  // A cgroup that was removed under its last process: cgroup_show_path of the kernel adds this.
  const parts = path
    .replace(/ \(deleted\)$/, '')
    .split('/')
    .filter((part) => part !== '');
  let outer: ContainerRef | null = null;
  let inner: ContainerRef | null = null;
  for (let at = 0; at < parts.length; at++) {
    const found = matchAt(parts, at);
    if (found === null) continue;
    inner = { ...found, userId: userOf(parts, at), outer };
    outer ??= inner;
  }
  return inner ?? ctrContainer(parts);
}

/**
 * The same for all lines of /proc/PID/cgroup: on a v1 host controllers may lie apart, and one that the runtime left
 * out says `/`. @param groups controller and path of each line
 */
export function containerOfCgroups(groups: readonly (readonly [string, string])[]): ContainerRef | null {
  for (const [, path] of groups) {
    const found = path === '/' ? null : containerOfCgroup(path);
    if (found !== null) return found;
  }
  return null;
}

type Match = Pick<ContainerRef, 'id' | 'fullId' | 'runtime' | 'namespace'>;

function matchAt(parts: readonly string[], at: number): Match | null {
  const part = parts[at]!;
  for (const { runtime, name, parent } of LAYOUTS) {
    const fullId = name.exec(part)?.[1];
    if (fullId === undefined) continue;
    if (parent !== undefined && !parent.test(parts[at - 1] ?? '') && !parent.test(twoAbove(parts, at)))
      continue;
    return { id: fullId.slice(0, SHORT_ID), fullId, runtime, namespace: null };
  }
  return null;
}

function twoAbove(parts: readonly string[], at: number): string {
  return at < 2 ? '' : `${parts[at - 2]}/${parts[at - 1]}`;
}

/** systemd's service manager of a user: everything below is delegated to that user. */
function userOf(parts: readonly string[], before: number): number | null {
  for (let at = 0; at < before; at++) {
    const uid = /^user@(\d{1,10})\.service$/.exec(parts[at]!)?.[1];
    if (uid !== undefined) return Number(uid);
  }
  return null;
}

// containerd's rule for identifiers of namespaces and containers, at most 76 characters.
const IDENTIFIER = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;
const UNIT = /\.(?:slice|service|scope|mount|socket|swap|partition|libvirt-qemu|libvirt-lxc)$/;
// First components that other software puts at the root.
const NOT_A_NAMESPACE =
  /^(?:kubepods|docker|lxc.*|machine|libvirt|libpod_parent|buildkit|system|user|init|sys)$/;

/** `/namespace/id` is all that `ctr run` leaves: taken only at the root, and when nothing there looks like systemd's. */
function ctrContainer(parts: readonly string[]): ContainerRef | null {
  const [namespace, fullId] = parts;
  if (namespace === undefined || fullId === undefined) return null;
  if (![namespace, fullId].every((part) => part.length <= 76 && IDENTIFIER.test(part) && !UNIT.test(part)))
    return null;
  if (NOT_A_NAMESPACE.test(namespace)) return null;
  const id = fullId.slice(0, SHORT_ID);
  return { id, fullId, runtime: 'containerd', namespace, userId: null, outer: null };
}
