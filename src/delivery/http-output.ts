import { type HttpService, shown } from './http.ts';
import { alertLine } from './line.ts';
import type { TlsFiles } from './tls.ts';

/** falco.yaml's http_output. */
export interface HttpOutput {
  readonly url: string;
  readonly userAgent: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsFiles;
  /** Show the server's answers. */
  readonly echo: boolean;
  readonly compress: boolean;
  readonly keepAlive: boolean;
  readonly maxConsecutiveTimeouts: number;
  readonly json: boolean;
}

// Falcosidekick hands alerts on before it answers, and its destinations may be slow.
const TIMEOUT_MS = 10_000;

/** Each alert as Falco sends it: Falcosidekick and other receivers of Falco's alerts take it unchanged. */
export function httpOutputService(options: HttpOutput, note: (text: string) => void): HttpService {
  return {
    name: 'http',
    endpoint: {
      url: options.url,
      headers: {
        'Content-Type': options.json ? 'application/json' : 'text/plain',
        'User-Agent': options.userAgent,
        ...options.headers,
      },
      compress: options.compress,
      keepAlive: options.keepAlive,
      timeoutMs: TIMEOUT_MS,
      tls: options.tls,
    },
    encode: (alert) => Buffer.from(alertLine(alert, options.json)),
    patientTimeouts: options.maxConsecutiveTimeouts,
    ...(options.echo
      ? { onAnswer: ({ status, body }) => note(`the server answers ${status}: ${shown(body)}`) }
      : {}),
  };
}
