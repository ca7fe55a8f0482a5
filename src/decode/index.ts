/**
 * The decoder, on the engine's worker thread. In: places of records in the ring's memory. Out: one reused view per
 * thread whose getters read the fields when asked; no object per event. Called by engine/.
 *
 *   const event = new EventRecord(source.memory);
 *   if (event.at(offset, length)) switch (event.layout) {
 *     case LAYOUT_OPEN: event.open.name … event.open.path
 *     case LAYOUT_EXEC: event.exec.exe … event.exec.args()
 *     case LAYOUT_CALL: event.call.name … event.call.uint(1)
 *     case LAYOUT_SOCKET: event.socket.remoteAddress … event.socket.remotePort
 *   }
 *
 * Everything read is valid until the next at(), strings (Interned) for good. Strings are byte text
 * (base/byte-text.ts): one character per byte.
 */
export type { CallFields, SocketFields } from './call-layouts.ts';
export { EventRecord } from './event-record.ts';
export type {
  ExecFailedFields,
  ExecFields,
  ExitFields,
  ForkFields,
  MomentFields,
  OpenFields,
} from './layouts.ts';
export { splitRecords } from './split.ts';
