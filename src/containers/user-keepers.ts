import { DockerSource } from './api/docker.ts';
import { Keeper, type KeeperCalls, type KeeperTimes } from './keeper.ts';
import type { ContainerSettings, userSockets } from './settings.ts';

/** Users whose sockets are remembered as broken. */
const MAX_USERS = 64;

/** Sockets of ordinary users' runtimes: asked when one of their containers is seen, and not followed. */
export class UserKeepers {
  readonly #settings: ContainerSettings;
  readonly #calls: KeeperCalls;
  readonly #options: { readonly times: KeeperTimes; readonly userSockets: typeof userSockets };
  readonly #users = new Map<number, readonly Keeper[]>();

  constructor(
    settings: ContainerSettings,
    { warn }: Pick<KeeperCalls, 'warn'>,
    options: { readonly times: KeeperTimes; readonly userSockets: typeof userSockets },
  ) {
    this.#settings = settings;
    this.#calls = { onOpen: () => {}, onEvent: () => {}, warn };
    this.#options = options;
  }

  of(userId: number): readonly Keeper[] {
    const keepers = this.#users.get(userId) ?? this.#make(userId);
    // The one asked for last is forgotten last.
    this.#users.delete(userId);
    this.#users.set(userId, keepers);
    if (this.#users.size > MAX_USERS) this.#users.delete(this.#users.keys().next().value!);
    return keepers;
  }

  #make(userId: number): readonly Keeper[] {
    const { engines, labelMaxBytes } = this.#settings;
    const { podman, docker } = this.#options.userSockets(userId);
    return [['podman', podman] as const, ['docker', docker] as const]
      .filter(([engine]) => engines[engine].enabled)
      .map(([engine, path]) => new DockerSource(engine, path, labelMaxBytes, { userId }))
      .map((source) => new Keeper(source, this.#calls, this.#options.times));
  }
}
