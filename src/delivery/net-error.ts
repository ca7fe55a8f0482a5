import { errorName } from './errno.ts';

/** What goes wrong between machines, in words; OpenSSL's and the resolver's codes as Node names them. */
const WORDS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'no known authority signed the certificate of the server',
  SELF_SIGNED_CERT_IN_CHAIN: 'no known authority signed the certificate of the server',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'no known authority signed the certificate of the server',
  UNABLE_TO_GET_ISSUER_CERT: 'no known authority signed the certificate of the server',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'no known authority signed the certificate of the server',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
  CERT_NOT_YET_VALID: 'the certificate of the server is not valid yet (is the clock right?)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS there',
  ENOTFOUND: 'the name of the host is not known',
  EAI_AGAIN: 'the name of the host cannot be resolved now',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the server closed the connection',
  EPIPE: 'the server closed the connection',
  ETIMEDOUT: 'no answer in time',
  HPE_INVALID_CONSTANT: 'the server does not speak HTTP',
};

/** `nobody listens there (ECONNREFUSED)`. Never holds an address beyond host and port, as those may hold tokens. */
export function netError(error: unknown): string {
  // Several addresses were tried: the first failure stands for all.
  const one = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const name = errorName(one);
  const words = WORDS[name];
  return words === undefined ? name : `${words} (${name})`;
}
