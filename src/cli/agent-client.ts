/** Questions to the running agent at its control socket, and what to say when there is no answer. */
import { request } from 'node:http';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import type { Io } from './io.ts';

const PATIENCE_MS = 5000;
/** Some 500 types with their parts are about 200 KiB, thousands of rules as much. */
const ANSWER_BYTES = 4 << 20;
/** There is no agent to ask. */
const NOT_RUNNING = 1;

/** The body of the answer to GET. @throws also when it is no such answer */
export function askAgent(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const question = request({ socketPath, path, timeout: PATIENCE_MS }, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES) question.destroy(new Error('its answer is too long'));
      });
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(Buffer.concat(chunks).toString())
          : reject(new Error(`status ${answer.statusCode}`)),
      );
    });
    question.on('timeout', () => question.destroy(new Error(`nothing for ${PATIENCE_MS / 1000} s`)));
    question.on('error', reject);
    question.end();
  });
}

export interface NoAnswer {
  /** What is wrong, and what to do. */
  readonly text: string;
  readonly exitCode: number;
}

/** Why there is no answer, for people. */
export function whyNoAnswer(error: NodeJS.ErrnoException, socket: string): NoAnswer {
  const { code } = error;
  if (code === 'EACCES' || code === 'EPERM')
    return { text: 'only root may ask the agent — use sudo', exitCode: EXIT_CODE.permission };
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return {
      text: `no agent answers at ${socket} — start it with systemctl start saker`,
      exitCode: NOT_RUNNING,
    };
  return {
    text: `the agent at ${socket} does not answer as it should: ${printable(error.message)}`,
    exitCode: EXIT_CODE.internal,
  };
}

/** Says why there is no answer. Returns the exit code. */
export function explainNoAnswer(error: NodeJS.ErrnoException, socket: string, io: Io): number {
  const { text, exitCode } = whyNoAnswer(error, socket);
  io.err(`saker: ${text}\n`);
  return exitCode;
}
