/** What the ring needs of the native library (native/saker.h). */
export interface RingNative {
  saker_ring_map(fd: number, sizeBytes: number, address: BigUint64Array): number;
  saker_page_size(): number;
  saker_wait(ringFd: number, eventFd: number, pauseMs: number, timeoutMs: number): number;
  view(address: number, sizeBytes: number): ArrayBuffer;
}

/**
 * The ring in the memory of this process, for every thread: plain data, so that it can be sent. It stays as long as the
 * process does, since a reader that hangs may look at it at any time.
 */
export interface RingMapping {
  readonly ringFd: number;
  readonly sizeBytes: number;
  readonly pageBytes: number;
  /** Address of the consumer's page, which the reader writes. */
  readonly consumerAt: number;
  /** Address of the producer's page, followed by the data, mapped twice in a row. */
  readonly producerAt: number;
}

/** @throws Error when the kernel refuses the mapping */
export function mapRing(native: RingNative, ringFd: number, sizeBytes: number): RingMapping {
  const address = new BigUint64Array(2);
  const result = native.saker_ring_map(ringFd, sizeBytes, address);
  if (result < 0) throw new Error(`cannot map the ring of ${sizeBytes} bytes: errno ${-result}`);
  return {
    ringFd,
    sizeBytes,
    pageBytes: native.saker_page_size(),
    consumerAt: Number(address[0]),
    producerAt: Number(address[1]),
  };
}

/** The mapping as memory of this thread. */
export function viewRing(
  native: Pick<RingNative, 'view'>,
  { sizeBytes, pageBytes, consumerAt, producerAt }: RingMapping,
): { readonly consumer: ArrayBuffer; readonly producer: ArrayBuffer } {
  return {
    consumer: native.view(consumerAt, pageBytes),
    producer: native.view(producerAt, pageBytes + 2 * sizeBytes),
  };
}
