// Containers by containerd's own API and crun: what ctr and runc, two Go programs, take seconds for where the processor
// is emulated. containerd, its shim, snapshots and cgroups are the same.

import { setTimeout as sleep } from 'node:timers/promises';
import { GrpcConnection } from '../../../../src/containers/api/grpc.ts';
import { encode, Message } from '../../../../src/containers/api/protobuf.ts';
import { run } from './containerd.ts';

const SNAPSHOTTER = 'overlayfs';
const NAMESPACE = { 'containerd-namespace': 'default' };

/** What all containers of an image have in common, taken from one that ctr made. */
export interface Template {
  readonly image: string;
  /** OCI specification, parsed. */
  readonly spec: {
    ociVersion: string;
    process: { args: string[] };
    linux: { cgroupsPath: string };
    annotations?: Record<string, string>;
  };
  readonly specType: string;
  /** Snapshot of the image's layers. */
  readonly parent: string;
}

export class DirectContainers {
  readonly #grpc: GrpcConnection;
  readonly #runtime: Uint8Array;

  readonly #socketPath: string;

  readonly #oneShim: boolean;

  /**
   * @param runtimeBinary crun or runc
   * @param oneShim for all that run at a time, as pods have it: one more Go program less for each. On a busy machine
   *   containerd now and then takes one that is about to end for one that takes another, or starts two: it is told again.
   */
  constructor(socketPath: string, runtimeBinary: string, oneShim = true) {
    this.#socketPath = socketPath;
    this.#oneShim = oneShim;
    this.#grpc = new GrpcConnection(socketPath, {
      timeoutMs: 60_000,
      maxMessageBytes: 1 << 24,
      pingMs: 20_000,
    });
    // Runtime: name (1), options (2): containerd.runc.v1.Options: binary_name (6)
    const options = encode([1, 'containerd.runc.v1.Options'], [2, encode([6, runtimeBinary])]);
    this.#runtime = encode([1, 'io.containerd.runc.v2'], [2, options]);
  }

  close(): void {
    this.#grpc.close();
  }

  async template(image: string): Promise<Template> {
    const create = ['containers', 'create', image, 'template', '/bin/true'];
    run('ctr', '--address', this.#socketPath, '--namespace', 'default', ...create);
    const { spec, snapshot } = await this.#made('template');
    const info = await this.#call('snapshots.v1.Snapshots/Stat', encode([1, SNAPSHOTTER], [2, snapshot]));
    return {
      image,
      spec: JSON.parse(spec.text(2)),
      specType: spec.text(1),
      parent: info.message(1).text(2),
    };
  }

  async #made(id: string): Promise<{ spec: Message; snapshot: string }> {
    const found = (await this.#call('containers.v1.Containers/Get', encode([1, id]))).message(1);
    return { spec: found.message(5), snapshot: found.text(7) };
  }

  /**
   * From creation to removal; resolves when nothing is left of it.
   * @param onStart called when everything is there and its process, with this pid, is about to run
   */
  async run(
    of: Template,
    id: string,
    args: readonly string[],
    onStart: (pid: number) => void = () => {},
  ): Promise<void> {
    const task = encode([1, id]);
    const rootfs = await this.create(of, id, args);
    onStart(await this.#createTask(id, rootfs));
    const ended = this.#call('tasks.v1.Tasks/Wait', task);
    ended.catch(() => {}); // reported below, if Start does not fail before
    await this.#call('tasks.v1.Tasks/Start', task);
    await ended;
    await this.#deleteTask(task);
    await this.#call('snapshots.v1.Snapshots/Remove', encode([1, SNAPSHOTTER], [2, id]));
    await this.#call('containers.v1.Containers/Delete', task);
  }

  /**
   * Makes it and its snapshot, without a process.
   * @returns the mount of its root; overlayfs has one
   */
  async create(of: Template, id: string, args: readonly string[]): Promise<Uint8Array> {
    const spec = structuredClone(of.spec);
    // Debian 12's crun refuses the version that containerd 2 notes, and does all it asks for.
    spec.ociVersion = '1.0.2';
    spec.process.args = [...args];
    spec.linux.cgroupsPath = `/default/${id}`;
    if (this.#oneShim) spec.annotations = { ...spec.annotations, 'io.containerd.runc.v2.group': 'direct' };
    // Container: id (1), image (3), runtime (4), spec (5), snapshotter (6), snapshot_key (7)
    const container = encode(
      ...([
        [1, id],
        [3, of.image],
        [4, this.#runtime],
        [5, encode([1, of.specType], [2, JSON.stringify(spec)])],
        [6, SNAPSHOTTER],
        [7, id],
      ] as const),
    );
    // First the container: a snapshot to which nothing refers is collected as garbage.
    await this.#call('containers.v1.Containers/Create', encode([1, container]));
    // Prepare: snapshotter (1), key (2), parent (3)
    const mounts = await this.#call(
      'snapshots.v1.Snapshots/Prepare',
      encode([1, SNAPSHOTTER], [2, id], [3, of.parent]),
    );
    return mounts.bytes(1);
  }

  /** @returns pid */
  async #createTask(id: string, rootfs: Uint8Array): Promise<number> {
    for (let tries = 20; ; tries--) {
      try {
        // CreateTask: container_id (1), rootfs (3) → pid (2)
        return Number((await this.#call('tasks.v1.Tasks/Create', encode([1, id], [3, rootfs]))).integer(2));
      } catch (error) {
        if (!this.#oneShim || tries === 0 || !/start shim|shutdown/.test(String(error))) throw error;
        await sleep(200);
      }
    }
  }

  /** The shim that all share may end, with the last task it knew of, while it answers. */
  async #deleteTask(task: Uint8Array): Promise<void> {
    for (let tries = 20; ; tries--) {
      try {
        await this.#call('tasks.v1.Tasks/Delete', task);
        return;
      } catch (error) {
        const text = String(error);
        if (this.#oneShim && /not found/.test(text)) return;
        if (!this.#oneShim || tries === 0 || !/ttrpc: closed|shutdown/.test(text)) throw error;
        await sleep(200);
      }
    }
  }

  async #call(method: string, request: Uint8Array): Promise<Message> {
    return new Message(await this.#grpc.unary(`/containerd.services.${method}`, request, NAMESPACE));
  }
}
