import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Alert } from '../base/alert.ts';
import { netError } from './net-error.ts';
import type { Channel, Sent } from './sink.ts';
import { syslogNetworkMessage } from './syslog.ts';
import { type TlsFiles, tlsContext } from './tls.ts';

export interface SyslogServer {
  readonly protocol: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
  readonly tls: TlsFiles;
  readonly json: boolean;
}

const RETRY = { firstMs: 500, mostMs: 60_000, jitter: true };
// Connecting, or the server taking a batch.
const PATIENCE_MS = 10_000;

/**
 * RFC 5424 messages to a syslog server: over UDP one a datagram (RFC 5426), over TCP and TLS with the length in front
 * (octet counting, RFC 6587 and 5425). The protocol has no acknowledgement: what the kernel took when the connection
 * breaks may be lost, and nobody can tell.
 */
export function syslogNetworkChannel(server: SyslogServer, pid: number): Channel {
  const line = server.protocol === 'udp' ? new Datagrams(server) : new Stream(server);
  return {
    name: 'syslog',
    retry: RETRY,
    stallMs: PATIENCE_MS,
    open: () => null,
    encode: (alert: Alert) => syslogNetworkMessage(alert, pid, server.json),
    send: (records) =>
      line.send(records).catch((error) => {
        line.drop();
        return { done: 0, error: `${server.host}:${server.port}: ${netError(error)}` };
      }),
    reopen: () => line.drop(),
    ...('renew' in line ? { renew: () => line.renew() } : {}),
    close: () => line.drop(),
  };
}

class Stream {
  readonly #server: SyslogServer;
  #socket: Socket | null = null;
  #isStale = false;

  constructor(server: SyslogServer) {
    this.#server = server;
  }

  async send(records: readonly Uint8Array[]): Promise<Sent> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    if (this.#isStale) this.#leave();
    const socket = await this.#connected(signal);
    const frames = records.flatMap((record) => [Buffer.from(`${record.length} `), record]);
    await finished(socket, signal, (done) => socket.write(Buffer.concat(frames), (error) => error ?? done()));
    return { done: records.length, error: null };
  }

  drop(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  /** The next message goes over a new connection, with certificates read anew. */
  renew(): void {
    this.#isStale = true;
  }

  /** What the server has not read yet still arrives. */
  #leave(): void {
    this.#isStale = false;
    this.#socket?.destroySoon();
    this.#socket = null;
  }

  async #connected(signal: AbortSignal): Promise<Socket> {
    if (this.#socket !== null && !this.#socket.destroyed && this.#socket.writable) return this.#socket;
    const { protocol, host, port, tls } = this.#server;
    const target = { host, port, keepAlive: true };
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket =
      protocol === 'tls'
        ? connectTls({ ...target, ...name, ...(await tlsContext(tls)) })
        : connectTcp(target);
    this.#socket = socket;
    // A server says nothing; its end is seen by reading, and reading keeps nothing.
    socket.resume();
    // Trouble while nothing is sent shows with the next message; it must not end the process.
    socket.on('error', () => {});
    await finished(socket, signal, (done) =>
      socket.once(protocol === 'tls' ? 'secureConnect' : 'connect', done),
    );
    return socket;
  }
}

/** Resolves when `start` calls back, rejects when the socket ends or time is up before. */
async function finished(
  socket: Socket,
  signal: AbortSignal,
  start: (done: () => void) => void,
): Promise<void> {
  const over = new AbortController();
  const all = AbortSignal.any([signal, over.signal]);
  // once() also rejects with the socket's error.
  const closed = once(socket, 'close', { signal: all });
  try {
    await Promise.race([
      new Promise<void>((resolve) => start(resolve)),
      closed.then(() => end('ECONNRESET')),
    ]);
  } catch (error) {
    if (signal.aborted) end('ETIMEDOUT');
    throw error;
  } finally {
    over.abort();
  }
}

function end(code: string): never {
  throw Object.assign(new Error(code), { code });
}

class Datagrams {
  readonly #server: SyslogServer;
  #socket: UdpSocket | null = null;

  constructor(server: SyslogServer) {
    this.#server = server;
  }

  async send(records: readonly Uint8Array[]): Promise<Sent> {
    const socket = await this.#connected();
    for (const [done, record] of records.entries()) {
      const error = await new Promise<Error | null>((resolve) => socket.send(record, resolve));
      if (error === null) continue;
      this.drop();
      return { done, error: netError(error) };
    }
    return { done: records.length, error: null };
  }

  drop(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  async #connected(): Promise<UdpSocket> {
    if (this.#socket !== null) return this.#socket;
    const { host, port } = this.#server;
    const { address, family } = await lookup(host);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, address, resolve);
    });
    // ICMP says so when nobody listens: the next message finds out by itself, and a host may be back.
    socket.on('error', () => {});
    this.#socket = socket;
    return socket;
  }
}
