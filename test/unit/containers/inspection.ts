import { A } from './fake-runtimes.ts';

/** An answer to GET /containers/ID/json, after the Docker Engine API. */
export const INSPECTION = {
  Id: A,
  Name: '/web',
  Created: '2026-01-02T03:04:05.678901234Z',
  Image: `sha256:${'d'.repeat(64)}`,
  Config: { Image: 'nginx', Labels: { app: 'web' }, Healthcheck: { Test: ['CMD-SHELL', 'curl -f /'] } },
  HostConfig: { Privileged: true, PidMode: 'host', NetworkMode: 'bridge', IpcMode: 'private' },
  Mounts: [{ Source: '/srv', Destination: '/data', Mode: 'z', RW: true, Propagation: 'rslave' }],
  NetworkSettings: {
    IPAddress: '',
    Networks: { z: { IPAddress: '172.20.0.3' }, a: { IPAddress: '172.18.0.2' } },
  },
};
