/**
 * AF_UNIX datagrams, which Node does not have; kernel/ implements them over the native library, delivery/ and the
 * service notification use them.
 */
export interface Datagram {
  /**
   * Sends one message without blocking. 0 when the kernel took it, else a negative errno: -EAGAIN when the reader
   * is slow, -ECONNREFUSED when it is gone. A message too large for the socket goes as a sealed memfd where the
   * reader understands that (the journal); elsewhere -EMSGSIZE comes back.
   */
  send(bytes: Uint8Array): number;
  close(): void;
}

/** Connects to a socket path (`@name` for the abstract namespace). A negative errno when that fails. */
export type OpenDatagram = (path: string) => Datagram | number;
