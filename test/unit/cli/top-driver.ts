import { topCommand } from '../../../src/cli/top.ts';
import { writeErr, writeOut } from '../../../src/cli/write.ts';

/** `saker top` at another socket: driver.ts SOCKET [arguments]. */
const [socket = '', ...args] = process.argv.slice(2);
process.exitCode = await topCommand(args, { out: writeOut, err: writeErr }, socket);
