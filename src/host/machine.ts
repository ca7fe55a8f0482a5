import { readBounded } from './files.ts';

export interface Machine {
  readonly hostname: string;
  /** Changes with every boot; empty when unknown. */
  readonly bootId: string;
  /** As uname -r, for instance 6.1.0-37-amd64. */
  readonly kernelRelease: string;
}

/**
 * @param proc where proc is mounted
 * @param env FALCO_HOSTNAME replaces the host name in alerts, as in Falco: on Kubernetes it is the node's name
 */
export function readMachine(proc = '/proc', env: NodeJS.ProcessEnv = process.env): Machine {
  const line = (name: string): string =>
    readBounded(`${proc}/sys/kernel/${name}`, 256)?.toString('utf8').trim() ?? '';
  return {
    hostname: env.FALCO_HOSTNAME || line('hostname') || 'localhost',
    bootId: line('random/boot_id'),
    kernelRelease: line('osrelease'),
  };
}
