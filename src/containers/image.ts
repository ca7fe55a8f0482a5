/** An image reference taken apart; null for a part it does not have. */
export interface ImageName {
  readonly repository: string | null;
  readonly tag: string | null;
  readonly digest: string | null;
}

/**
 * `registry:5000/team/app:1.2@sha256:…` → repository `registry:5000/team/app`, tag `1.2`, digest `sha256:…`
 * (distribution's reference grammar). A colon before the last slash belongs to the registry's port. A bare id or
 * digest is no name: everything but the digest is null.
 */
export function parseImageName(reference: string | null): ImageName {
  if (reference === null) return { repository: null, tag: null, digest: null };
  if (/^sha256:[0-9a-f]{64}$/.test(reference)) return { repository: null, tag: null, digest: reference };
  if (/^[0-9a-f]{64}$/.test(reference)) return { repository: null, tag: null, digest: null };
  const at = reference.indexOf('@');
  const digest = at < 0 ? null : reference.slice(at + 1) || null;
  const name = at < 0 ? reference : reference.slice(0, at);
  const colon = name.lastIndexOf(':');
  const tagged = colon > name.lastIndexOf('/');
  return {
    repository: (tagged ? name.slice(0, colon) : name) || null,
    tag: tagged ? name.slice(colon + 1) || null : null,
    digest,
  };
}
