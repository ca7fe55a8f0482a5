import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { test } from 'node:test';
import { DockerSource } from '../../../src/containers/api/docker.ts';
import { holdUserSocket } from '../../../src/containers/api/user-socket.ts';
import { Faults } from '../../../src/containers/text.ts';
import { asked, dir, HTTP, keep, path } from './fake-runtimes.ts';
import { httpSocket } from './fake-sockets.ts';
import { INSPECTION } from './inspection.ts';

test("a user's socket: only its own, and not by a link", async () => {
  const socket = path();
  const link = path();
  await keep(httpSocket(socket, (_, response) => response.end(JSON.stringify(INSPECTION))));
  symlinkSync(socket, link);
  const own = process.getuid!();
  const held = holdUserSocket(socket, own);
  assert.ok(held !== null);
  held.release();
  assert.equal(holdUserSocket(socket, own + 1), null);
  assert.equal(holdUserSocket(link, own), null);
  assert.equal(holdUserSocket(dir, own), null);
  const make = (userId: number, at: string) => new DockerSource('podman', at, 100, { limits: HTTP, userId });
  assert.equal((await make(own, socket).lookup(asked, new Faults()))?.name, 'web');
  assert.equal(await make(own + 1, socket).lookup(asked, new Faults()), null);
  assert.equal(await make(own, link).lookup(asked, new Faults()), null);
});
