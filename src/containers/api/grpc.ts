import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { connect as connectSocket } from 'node:net';

/** gRPC status codes that callers tell apart (grpc.github.io, Status codes). */
export const STATUS = { notFound: 5, unimplemented: 12 } as const;

export class GrpcError extends Error {
  /** gRPC status; null when the call failed below gRPC. */
  readonly status: number | null;

  constructor(message: string, status: number | null = null) {
    super(message);
    this.status = status;
  }
}

export interface GrpcLimits {
  /** For a whole unary call. */
  readonly timeoutMs: number;
  /** Of one message; a longer one ends the call. */
  readonly maxMessageBytes: number;
  /** A silent peer is asked this often whether it lives, and has as long to answer. */
  readonly pingMs: number;
}

/** Own limits of gRPC servers are 4 MiB (grpc-go) and 16 MiB (containerd, CRI); a container is some 30 kB. */
export const GRPC_LIMITS: GrpcLimits = { timeoutMs: 3000, maxMessageBytes: 16 * 1024 * 1024, pingMs: 20_000 };

const FRAME_HEADER = 5;

interface Call {
  /** Resolves when the peer said OK. */
  readonly ended: Promise<void>;
  readonly fail: (reason: string) => void;
}

/**
 * gRPC over HTTP/2 on a unix socket (github.com/grpc/grpc, PROTOCOL-HTTP2): unary calls and server streams, without
 * compression. Connects when called and again after a failure; knows nothing about the messages.
 */
export class GrpcConnection {
  readonly #socketPath: string;
  readonly #limits: GrpcLimits;
  #session: ClientHttp2Session | null = null;
  #closed = false;

  constructor(socketPath: string, limits = GRPC_LIMITS) {
    this.#socketPath = socketPath;
    this.#limits = limits;
  }

  /** @param method `/package.Service/Method` @returns the bytes of the response message */
  async unary(
    method: string,
    request: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Uint8Array> {
    let response: Uint8Array | null = null;
    const call = this.#open(method, request, headers, (message) => {
      response = message;
    });
    const timer = setTimeout(
      () => call.fail(`no answer in ${this.#limits.timeoutMs} ms`),
      this.#limits.timeoutMs,
    );
    try {
      await call.ended;
    } finally {
      clearTimeout(timer);
    }
    if (response === null) throw new GrpcError('an empty answer');
    return response;
  }

  /** Messages until the peer ends the stream (resolves), it fails (rejects) or the connection is closed. */
  async stream(method: string, request: Uint8Array, onMessage: (message: Uint8Array) => void): Promise<void> {
    const call = this.#open(method, request, {}, onMessage);
    const session = this.#session;
    let answered = true;
    const ping = setInterval(() => {
      if (!answered) call.fail('the socket hangs');
      answered = false;
      try {
        session?.ping((error) => {
          answered = error === null;
        });
      } catch {
        call.fail('the connection is gone');
      }
    }, this.#limits.pingMs);
    ping.unref();
    try {
      await call.ended;
    } finally {
      clearInterval(ping);
    }
  }

  close(): void {
    this.#closed = true;
    this.#session?.destroy();
    this.#session = null;
  }

  #open(
    method: string,
    request: Uint8Array,
    headers: Readonly<Record<string, string>>,
    onMessage: (message: Uint8Array) => void,
  ): Call {
    const session = this.#connect();
    const stream = session.request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const body = Buffer.alloc(FRAME_HEADER + request.length);
    body.writeUInt32BE(request.length, 1);
    body.set(request, FRAME_HEADER);
    stream.end(body);
    return receive(stream, this.#limits.maxMessageBytes, onMessage, () => {
      // A peer that breaks the rules or hangs on one call is not asked further on the same connection.
      session.destroy();
    });
  }

  #connect(): ClientHttp2Session {
    // Loaded late: a host without such a socket does not pay for HTTP/2 (15 MiB).
    const { connect } = process.getBuiltinModule('node:http2');
    if (this.#closed) throw new GrpcError('closed');
    const old = this.#session;
    if (old !== null && !old.closed && !old.destroyed) return old;
    const session = connect('http://localhost', {
      createConnection: () => connectSocket(this.#socketPath),
      settings: { enablePush: false },
      // Counted in MB: what one peer may make us hold.
      maxSessionMemory: 32,
      maxReservedRemoteStreams: 0,
    });
    session.on('error', () => {}); // told to every call of the session by its stream
    session.unref();
    this.#session = session;
    return session;
  }
}

function receive(
  stream: ClientHttp2Stream,
  maxBytes: number,
  onMessage: (message: Uint8Array) => void,
  onBroken: () => void,
): Call {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let status: GrpcError | 'ok' | null = null;
  const messages = new Messages();
  const fail = (reason: string): void => {
    reject(new GrpcError(reason));
    stream.destroy();
    onBroken();
  };
  const readStatus = (headers: Readonly<Record<string, unknown>>): void => {
    const code = headers['grpc-status'];
    if (code === undefined) return;
    status =
      code === '0'
        ? 'ok'
        : new GrpcError(percentDecoded(String(headers['grpc-message'] ?? '')), Number(code));
  };
  stream.on('response', (headers) => {
    if (headers[':status'] !== 200) return fail(`HTTP status ${headers[':status']}`);
    readStatus(headers);
  });
  stream.on('trailers', readStatus);
  stream.on('data', (chunk: Buffer) => {
    try {
      messages.add(chunk, maxBytes, onMessage);
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  });
  stream.on('error', (error) => reject(new GrpcError(error.message)));
  stream.on('close', () => {
    if (status === 'ok') resolve();
    else reject(status ?? new GrpcError('the connection ended'));
  });
  return { ended: promise, fail };
}

/** grpc-message is percent-encoded; a peer that breaks even that is shown as it spoke. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Cuts a byte stream into messages: one byte "compressed", four of length, the message. */
class Messages {
  #chunks: Buffer[] = [];
  #have = 0;
  #need = FRAME_HEADER;

  /** Throws when the peer breaks the rules. Copies each byte once, however small the pieces. */
  add(chunk: Buffer, maxBytes: number, onMessage: (message: Uint8Array) => void): void {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#need) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    let at = 0;
    this.#need = FRAME_HEADER;
    while (bytes.length - at >= FRAME_HEADER) {
      if (bytes[at] !== 0) throw new Error('a compressed message');
      const length = bytes.readUInt32BE(at + 1);
      if (length > maxBytes) throw new Error(`a message of ${length} bytes`);
      const end = at + FRAME_HEADER + length;
      if (end > bytes.length) {
        this.#need = FRAME_HEADER + length;
        break;
      }
      onMessage(bytes.subarray(at + FRAME_HEADER, end));
      at = end;
    }
    this.#chunks = [bytes.subarray(at)];
    this.#have = bytes.length - at;
  }
}
