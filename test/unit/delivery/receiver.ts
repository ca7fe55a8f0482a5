import { createRequire } from 'node:module';

/** A real AF_UNIX datagram receiver, by libc through koffi: Node has none, and the sender under test is not used. */
export interface Receiver {
  /** The next message, or null when there is none. */
  receive(): Buffer | null;
  /** The next message as a descriptor that came in place of bytes (SCM_RIGHTS, unix(7)); the caller closes it. */
  receiveFile(): number;
  close(): void;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

export function bindReceiver(path: string): Receiver {
  const koffi = createRequire(import.meta.url)('koffi');
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int, int, int)');
  const bind = libc.func('int bind(int, void *, uint32_t)');
  const recv = libc.func('int64_t recv(int, void *, int64_t, int)');
  const recvmsg = libc.func('int64_t recvmsg(int, void *, int)');
  const close = libc.func('int close(int)');
  const fd: number = socket(AF_UNIX, SOCK_DGRAM, 0);
  const address = Buffer.alloc(110);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(path, 2);
  if (bind(fd, address, address.length) < 0) throw new Error(`bind ${path} failed`);
  const buffer = Buffer.alloc(1 << 20);
  return {
    receive: () => {
      const size = Number(recv(fd, buffer, buffer.length, MSG_DONTWAIT));
      return size < 0 ? null : Buffer.from(buffer.subarray(0, size));
    },
    receiveFile: () => {
      // struct msghdr of x86_64: 56 bytes, with msg_control at 32; the descriptor stands behind a header of 16.
      const [header, control] = [Buffer.alloc(56), Buffer.alloc(24)];
      header.writeBigUInt64LE(koffi.address(control), 32);
      header.writeBigUInt64LE(BigInt(control.length), 40);
      if (Number(recvmsg(fd, header, MSG_DONTWAIT)) !== 0) throw new Error('bytes came, or nothing');
      return control.readInt32LE(16);
    },
    close: () => void close(fd),
  };
}
