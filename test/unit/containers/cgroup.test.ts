import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerOfCgroup, containerOfCgroups } from '../../../src/containers/cgroup.ts';

const A = '3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e';
const B = '605439acbd4fb18c145069289094b17f17e0cfa938f78012d4960bc797305f22';
const POD = 'pod63b3ebfc-2890-11e9-8154-16bf8ef8d9dc';
const SLICE =
  '/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod63b3ebfc_2890_11e9_8154_16bf8ef8d9dc.slice';
const USER = '/user.slice/user-1000.slice/user@1000.service';
const KIND = `/system.slice/docker-${A}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice`;

const paths: readonly (readonly [path: string, runtime: string, fullId: string])[] = [
  // docker: cgroupfs and systemd driver, rootless, own parent, cri-dockerd, Amazon ECS
  [`/docker/${A}`, 'docker', A],
  [`/system.slice/docker-${A}.scope`, 'docker', A],
  [`/docker.slice/docker-${A}.scope`, 'docker', A],
  [`/docker/${A}/init.scope`, 'docker', A],
  [`/docker/${A}/system.slice/nginx.service`, 'docker', A],
  [`${USER}/user.slice/docker-${A}.scope`, 'docker', A],
  [`/my-parent/${A}`, 'docker', A],
  [`${SLICE}/docker-${A}.scope`, 'docker', A],
  [`/ecs/2ddc21e2-9a72-4c71-a131-2ab24e8d3cae/${A}`, 'docker', A],
  [`/actions_job/${A}`, 'docker', A],
  ['/docker/buildkit/zqr6tdkdp2uvqh1nfpmfrkqq6', 'docker', 'zqr6tdkdp2uvqh1nfpmfrkqq6'],
  [`/docker/${A} (deleted)`, 'docker', A],
  // containerd: Kubernetes with both drivers, k3s, a mixed set-up, nerdctl, ctr
  [`/kubepods/besteffort/${POD}/${A}`, 'containerd', A],
  [`/kubepods/burstable/podbd12dd3393227d950605a2444b13c27a/${A}`, 'containerd', A],
  [`/kubepods/${POD}/${A}`, 'containerd', A],
  [`${SLICE}/cri-containerd-${A}.scope`, 'containerd', A],
  [`/kubelet${SLICE}/cri-containerd-${A}.scope`, 'containerd', A],
  [`/kubepods-burstable-podbd12dd33.slice:cri-containerd:${A}`, 'containerd', A],
  [
    `/system.slice/containerd.service/kubepods-besteffort-podbd12dd33.slice:cri-containerd:${A}`,
    'containerd',
    A,
  ],
  [`/system.slice/nerdctl-${A}.scope`, 'containerd', A],
  ['/default/web1', 'containerd', 'web1'],
  ['/default/web1/init.scope', 'containerd', 'web1'],
  ['/k8s.io/my-test_container', 'containerd', 'my-test_container'],
  ['/my_very_long_namespace-1.5/test_container', 'containerd', 'test_container'],
  // cri-o
  [`/kubepods/besteffort/${POD}/crio-${A}`, 'cri-o', A],
  [`${SLICE}/crio-${A}.scope`, 'cri-o', A],
  [`${SLICE}/crio-${A}.scope/container`, 'cri-o', A],
  // podman: root, rootless, pods, quadlet (split), without systemd
  [`/machine.slice/libpod-${A}.scope`, 'podman', A],
  [`/machine.slice/libpod-${A}.scope/container`, 'podman', A],
  [`/machine.slice/machine-libpod_pod_${B}.slice/libpod-${A}.scope`, 'podman', A],
  [`${USER}/user.slice/libpod-${A}.scope/container`, 'podman', A],
  [`${USER}/app.slice/web.service/libpod-payload-${A}`, 'podman', A],
  [`/system.slice/web.service/libpod-payload-${A}.scope`, 'podman', A],
  [`/libpod_parent/libpod-${A}`, 'podman', A],
  // lxc, lxd, incus
  ['/lxc/web', 'lxc', 'web'],
  ['/lxc/web/user.slice', 'lxc', 'web'],
  ['/lxc.payload/web', 'lxc', 'web'],
  ['/lxc.payload.web', 'lxc', 'web'],
  ['/lxc.payload.project_web/system.slice/ssh.service', 'lxc', 'project_web'],
  [`${USER}/lxc.payload.web`, 'lxc', 'web'],
  // libvirt-lxc
  ['/machine/web.libvirt-lxc', 'libvirt-lxc', 'web'],
  ['/libvirt/lxc/web', 'libvirt-lxc', 'web'],
  ['/machine.slice/machine-lxc\\x2d2293906\\x2dweb.scope/libvirt', 'libvirt-lxc', '2293906\\x2dweb'],
  // systemd-nspawn
  ['/machine.slice/systemd-nspawn@web.service/payload', 'systemd-nspawn', 'web'],
  ['/machine.slice/systemd-nspawn@web.service/payload/system.slice/cron.service', 'systemd-nspawn', 'web'],
  ['/machine.slice/machine-debian\\x2dtree.scope/payload', 'systemd-nspawn', 'debian\\x2dtree'],
  ['/machine.slice/machine-lxcfs.scope/payload', 'systemd-nspawn', 'lxcfs'],
  // bpm
  ['/system.slice/bpm-route_registrar.scope', 'bpm', 'route_registrar'],
];
for (const [path, runtime, fullId] of paths) {
  test(`container: ${path}`, () => {
    const found = containerOfCgroup(path);
    assert.deepEqual([found?.runtime, found?.fullId, found?.id], [runtime, fullId, fullId.slice(0, 12)]);
    assert.equal(found?.outer, null);
    assert.equal(found?.userId, path.startsWith(USER) ? 1000 : null);
  });
}

const host: readonly string[] = [
  '',
  '/',
  '/init.scope',
  '/system.slice/cron.service',
  '/system.slice/containerd.service',
  '/system.slice/system-getty.slice/getty@tty1.service',
  '/system.slice/cron.service/sub',
  `${USER}/init.scope`,
  '/user.slice/user-1000.slice/session-3.scope',
  '/kubepods/besteffort',
  '/kubepods.slice/kubepods-burstable.slice',
  // helpers of runtimes, which run on the host
  `/machine.slice/libpod-conmon-${A}.scope`,
  `${SLICE}/crio-conmon-${A}.scope`,
  '/lxc.monitor.web',
  '/lxc.monitor/web',
  '/lxc.pivot',
  '/machine.slice/machine-qemu\\x2d1\\x2dvm.scope',
  '/machine/qemu-1-vm.libvirt-qemu',
  '/user.slice/user-1000.slice',
  '/default/short.service',
  '/default/.service',
  // forged, cut or overlong names
  `/docker/${A.slice(1)}`,
  `/docker/${A}0`,
  `/docker/${A.toUpperCase()}`,
  `/docker/g${A.slice(1)}`,
  `/system.slice/docker-${A}${B}.scope`,
  `/docker-${A}.scope.d`,
  '/lxc.payload.\x1b[31mred',
  '/lxc.payload.a b',
  '/lxc.payload.ä',
  `/lxc.payload.${'a'.repeat(200)}`,
  `/default/${'a'.repeat(77)}`,
  '/default/..',
  '/../..',
  `${'/a'.repeat(3000)}/${A}`,
];
for (const path of host) {
  test(`host: ${JSON.stringify(path).slice(0, 80)}`, () => {
    assert.equal(containerOfCgroup(path), null);
  });
}

const nested: readonly (readonly [path: string, innermost: string, outermost: string])[] = [
  [`/docker/${A}/docker/${B}`, `docker ${B}`, `docker ${A}`],
  [
    `${KIND}/kubelet-kubepods-besteffort-pod1.slice/cri-containerd-${B}.scope`,
    `containerd ${B}`,
    `docker ${A}`,
  ],
  [`/lxc.payload.web/system.slice/docker-${B}.scope`, `docker ${B}`, 'lxc web'],
  [`/docker/${A}/lxc/x/machine.slice/libpod-${B}.scope/container`, `podman ${B}`, `docker ${A}`],
];
for (const [path, innermost, outermost] of nested) {
  test(`nested: ${path.slice(0, 60)}`, () => {
    const found = containerOfCgroup(path);
    assert.equal(`${found?.runtime} ${found?.fullId}`, innermost);
    assert.equal(`${found?.outer?.runtime} ${found?.outer?.fullId}`, outermost);
  });
}

test('a v1 host: the first controller that tells', () => {
  const groups = [
    ['name=systemd', `/system.slice/docker.service`],
    ['pids', '/'],
    ['memory', `/docker/${A}`],
    ['', '/'],
  ] as const;
  assert.equal(containerOfCgroups(groups)?.fullId, A);
  assert.equal(containerOfCgroups([['', '/']]), null);
});
