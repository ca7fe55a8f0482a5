import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readBundle } from '../../../src/containers/bundle.ts';
import type { Runtime } from '../../../src/containers/cgroup.ts';
import { containerKey } from '../../../src/containers/messages.ts';

const root = mkdtempSync(join(tmpdir(), 'saker-bundle-'));
after(() => rmSync(root, { recursive: true }));
const places = {
  containerd: [join(root, 'none'), join(root, 'containerd')],
  storage: [join(root, 'storage')],
};
const tasks = join(root, 'containerd/io.containerd.runtime.v2.task');
const hex = (digit: string): string => digit.repeat(64);
const asked = (fullId: string, runtime: Runtime = 'containerd', userId: number | null = null) => {
  const ask = { fullId, runtime, namespace: null, userId };
  return { ...ask, key: containerKey(ask) };
};
const read = (...args: Parameters<typeof asked>) => readBundle(asked(...args), 100, places);

function bundle(namespace: string, id: string, content: string): string {
  const dir = join(tasks, namespace, id);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'config.json'), content);
  return join(dir, 'config.json');
}

const POD = {
  annotations: {
    'io.kubernetes.cri.container-type': 'container',
    'io.kubernetes.cri.container-name': 'web',
    'io.kubernetes.cri.image-name': 'registry:5000/shop/web:1.4',
    'io.kubernetes.cri.sandbox-id': hex('5'),
    'io.kubernetes.cri.sandbox-name': 'web-0',
    'io.kubernetes.cri.sandbox-namespace': 'shop',
    'io.kubernetes.cri.sandbox-uid': 'uid-1',
  },
  process: { capabilities: { bounding: ['CAP_CHOWN'] } },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid'] },
    { destination: '/data', type: 'bind', source: '/srv/data', options: ['rbind', 'rprivate', 'ro'] },
  ],
  linux: {
    namespaces: [{ type: 'pid' }, { type: 'ipc', path: '/proc/7/ns/ipc' }],
    maskedPaths: ['/proc/kcore'],
  },
};

test('a pod of containerd is named whole by its bundle', () => {
  bundle('k8s.io', hex('a'), JSON.stringify(POD));
  const { facts, fault } = read(hex('a'));
  assert.equal(fault, null);
  assert.deepEqual(
    { ...facts, labels: null },
    {
      runtime: 'containerd',
      name: 'web',
      image: 'registry:5000/shop/web:1.4',
      imageId: null,
      imageRepository: 'registry:5000/shop/web',
      imageTag: '1.4',
      imageDigest: null,
      privileged: false,
      mounts: [{ source: '/srv/data', dest: '/data', mode: '', rdwr: false, propagation: 'rprivate' }],
      labels: null,
      ip: null,
      cniJson: null,
      hostPid: false,
      hostNetwork: true,
      hostIpc: null,
      createdMs: null,
      healthcheck: null,
      livenessProbe: null,
      readinessProbe: null,
      isPodSandbox: false,
      podName: 'web-0',
      podNamespace: 'shop',
      podUid: 'uid-1',
      podSandboxId: hex('5'),
      podLabels: null,
    },
  );
});

test('a bundle of dockerd is docker, whatever the path left open', () => {
  bundle('moby', hex('b'), '{"linux":{}}');
  assert.equal(read(hex('b'), 'containerd').facts?.runtime, 'docker');
});

test('cri-o: labels and addresses are annotations', () => {
  const dir = join(root, 'storage/overlay-containers', hex('c'), 'userdata');
  mkdirSync(dir, { recursive: true });
  const annotations = {
    'io.kubernetes.cri-o.ContainerType': 'container',
    'io.kubernetes.container.name': 'db',
    'io.kubernetes.cri-o.ImageName': 'quay.io/db:9',
    'io.kubernetes.cri-o.Labels': '{"app":"db"}',
    'io.kubernetes.cri-o.SandboxID': hex('6'),
    'io.kubernetes.cri-o.IP.0': '10.0.0.7',
    'io.kubernetes.pod.name': 'db-0',
    'io.kubernetes.pod.namespace': 'shop',
  };
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ annotations, linux: {} }));
  const { facts } = read(hex('c'), 'cri-o');
  assert.deepEqual(
    [facts?.name, facts?.image, facts?.ip, facts?.podName, facts?.podNamespace, facts?.podSandboxId],
    ['db', 'quay.io/db:9', '10.0.0.7', 'db-0', 'shop', hex('6')],
  );
  assert.deepEqual([...facts!.labels!], [['app', 'db']]);
});

test('podman: name and image from the index of its storage, also before the bundle is there', () => {
  const metadata = JSON.stringify({
    'image-name': 'docker.io/library/tool:1.2',
    'image-id': hex('1'),
    name: 'p1',
  });
  mkdirSync(join(root, 'storage/vfs-containers'), { recursive: true });
  writeFileSync(
    join(root, 'storage/vfs-containers/containers.json'),
    JSON.stringify([{ id: hex('d'), metadata }]),
  );
  const { facts } = read(hex('d'), 'podman');
  assert.deepEqual(
    [facts?.name, facts?.imageRepository, facts?.imageTag],
    ['p1', 'docker.io/library/tool', '1.2'],
  );
});

const privileged = (change: (spec: ReturnType<typeof bare>) => void): boolean | null | undefined => {
  const spec = bare();
  change(spec);
  bundle('default', 'priv', JSON.stringify(spec));
  return read('priv').facts?.privileged;
};
const bare = () => ({
  process: {
    capabilities: { bounding: ['CAP_CHOWN', 'CAP_SYS_ADMIN'] },
    apparmorProfile: '',
    selinuxLabel: '',
  },
  mounts: [{ destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid'] }],
  linux: { namespaces: [] as unknown[], maskedPaths: [] as string[], seccomp: undefined as unknown },
});
const protections: readonly (readonly [
  name: string,
  expected: boolean,
  change: (spec: ReturnType<typeof bare>) => void,
])[] = [
  ['none', true, () => {}],
  [
    'AppArmor unconfined',
    true,
    (spec) => void Object.assign(spec.process, { apparmorProfile: 'unconfined' }),
  ],
  [
    'AppArmor',
    false,
    (spec) => void Object.assign(spec.process, { apparmorProfile: 'cri-containerd.apparmor.d' }),
  ],
  [
    'SELinux',
    false,
    (spec) => void Object.assign(spec.process, { selinuxLabel: 'system_u:system_r:container_t:s0' }),
  ],
  [
    'seccomp',
    false,
    (spec) => void Object.assign(spec.linux, { seccomp: { defaultAction: 'SCMP_ACT_ERRNO' } }),
  ],
  ['masked paths', false, (spec) => void spec.linux.maskedPaths.push('/proc/kcore')],
  ['/sys read-only', false, (spec) => void spec.mounts[0]!.options.push('ro')],
  ['capabilities', false, (spec) => void spec.process.capabilities.bounding.pop()],
];
for (const [name, expected, change] of protections) {
  test(`privileged with protection: ${name}`, () => assert.equal(privileged(change), expected));
}

const hostile: readonly (readonly [name: string, make: (id: string) => void, fault: RegExp | null])[] = [
  ['absent', () => {}, null],
  ['not JSON', (id) => void bundle('default', id, '{"linux":'), /not JSON/],
  ['empty', (id) => void bundle('default', id, ''), /not JSON/],
  ['100 MB', (id) => truncateSync(bundle('default', id, '{}'), 100 << 20), /too large/],
  [
    'the file a symlink',
    (id) => {
      mkdirSync(join(tasks, 'default', id), { recursive: true });
      symlinkSync(join(tasks, 'k8s.io', hex('a'), 'config.json'), join(tasks, 'default', id, 'config.json'));
    },
    /not plain/,
  ],
  [
    'the folder a symlink',
    (id) => symlinkSync(join(tasks, 'k8s.io', hex('a')), join(tasks, 'default', id)),
    /not plain/,
  ],
  [
    'a FIFO',
    (id) => {
      mkdirSync(join(tasks, 'default', id), { recursive: true });
      execFileSync('mkfifo', [join(tasks, 'default', id, 'config.json')]);
    },
    /not plain/,
  ],
  [
    'a folder',
    (id) => mkdirSync(join(tasks, 'default', id, 'config.json'), { recursive: true }),
    /not plain/,
  ],
];
for (const [name, make, fault] of hostile) {
  test(`hostile bundle: ${name}`, () => {
    const id = `evil-${name.replaceAll(/[^a-z]/gi, '-')}`;
    make(id);
    const result = read(id);
    assert.equal(result.facts, null);
    if (fault === null) assert.equal(result.fault, null);
    else assert.match(result.fault ?? '', fault);
  });
}

test('hostile bundle: of another owner', {
  skip: process.getuid?.() !== 0 && 'only root can give files away',
}, () => {
  chownSync(bundle('default', 'given', '{"linux":{}}'), 12345, 12345);
  assert.match(read('given').fault ?? '', /owner/);
});

test('hostile bundle: values of every wrong kind, and nesting', () => {
  const wrong: readonly unknown[] = [null, 7, [], [[]], { a: 1 }, 'x', true];
  for (const value of wrong) {
    const spec = {
      annotations: value,
      process: value,
      mounts: [value, { destination: value }],
      linux: value,
    };
    bundle('default', 'wrong', JSON.stringify(spec));
    assert.equal(read('wrong').facts?.name, null);
    bundle('default', 'wrong', JSON.stringify(value));
    assert.equal(read('wrong').facts?.name, null);
  }
  bundle('default', 'deep', `{"mounts":${'['.repeat(400_000)}${']'.repeat(400_000)},"linux":{}}`);
  assert.deepEqual(read('deep').facts?.mounts, []);
});

test('hostile bundle: control characters and long values are left out and told', () => {
  const annotations = { ...POD.annotations, 'io.kubernetes.cri.container-name': 'a\nRule: forged' };
  bundle('default', 'ctl', JSON.stringify({ ...POD, annotations }));
  const { facts, fault } = read('ctl');
  assert.deepEqual([facts?.name, facts?.podName], [null, 'web-0']);
  assert.match(fault ?? '', /1 values left out/);
});

test('ids that are paths, and containers of users, are not looked for', () => {
  for (const id of ['..', '.', '../x', 'a/b', '.hidden'])
    assert.deepEqual(read(id), { facts: null, fault: null, unfinished: false });
  assert.equal(read(hex('a'), 'containerd', 1000).facts, null);
});
