import { constants } from 'node:os';
import type { OpenDatagram } from '../base/datagram.ts';
import type { Native } from './native.ts';

const JOURNAL = '/run/systemd/journal/socket';

/** AF_UNIX datagrams over the native library. journald alone is known to accept a message as a memory file. */
export function datagramOpener(native: Native): OpenDatagram {
  return (path) => {
    let fd = native.saker_dgram_open(path);
    if (fd < 0) return fd;
    const asFile = path === JOURNAL ? 1 : 0;
    return {
      send: (bytes) =>
        fd < 0 ? -constants.errno.EBADF : native.saker_dgram_send(fd, bytes, bytes.length, asFile),
      close: () => {
        if (fd >= 0) native.saker_close(fd);
        fd = -1;
      },
    };
  };
}
