import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttp2, type ServerHttp2Stream } from 'node:http2';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Runtimes that misbehave. Each listens on `path` until `close` resolves. */
export interface Fake {
  readonly close: () => Promise<void>;
}

/** Whatever comes, the peer does this with the connection. */
export function rawSocket(path: string, onConnect: (socket: Socket) => void): Promise<Fake> {
  return listen(createServer(onConnect), path);
}

/** Passes everything on to another socket until it is told to fall silent. */
export async function middleman(
  path: string,
  to: string,
): Promise<Fake & { readonly fallSilent: () => void }> {
  const pairs: Socket[][] = [];
  const fake = await rawSocket(path, (peer) => {
    const other = connect(to);
    other.on('error', () => peer.destroy());
    peer.on('close', () => other.destroy());
    peer.pipe(other).pipe(peer);
    pairs.push([peer, other]);
  });
  return {
    ...fake,
    fallSilent: () => {
      for (const socket of pairs.flat()) socket.unpipe();
    },
  };
}

export function httpSocket(path: string, answer: RequestListener): Promise<Fake> {
  return listen(createHttp(answer), path);
}

/** @param answer gets the method's path and the request message */
export function grpcSocket(
  path: string,
  answer: (stream: ServerHttp2Stream, method: string, request: Buffer) => void,
): Promise<Fake> {
  const server = createHttp2();
  server.on('session', (session) => session.on('error', () => {}));
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => answer(stream, String(headers[':path']), Buffer.concat(chunks).subarray(5)));
  });
  return listen(server as unknown as Server, path);
}

/** A complete, correct answer of messages. */
export function reply(stream: ServerHttp2Stream, ...messages: readonly Uint8Array[]): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  for (const message of messages) stream.write(frame(message));
  stream.end();
}

export function fail(stream: ServerHttp2Stream, status: number, message: string): void {
  stream.respond(
    { ':status': 200, 'grpc-status': String(status), 'grpc-message': encodeURIComponent(message) },
    { endStream: true },
  );
}

export function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

async function listen(server: Server, path: string): Promise<Fake> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
