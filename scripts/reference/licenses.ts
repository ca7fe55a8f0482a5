import { type Component, components } from '../components.ts';
import { code, page, table } from './markdown.ts';

const row = ({ name, version, license, use }: Component): string[] => [code(name), version, license, use];

export function licensesReference(): string {
  const all = components();
  return page(
    'Licences',
    'licenses.ts',
    'What the packages hold of others, from the lock file, the pin of libbpf and Node itself. Saker is Apache-2.0, its BPF ' +
      'programs GPL-2.0-only. The texts are in `/usr/share/doc/saker/licenses` (deb) and `/usr/share/licenses/saker` (rpm); ' +
      'the same list with hashes is `/usr/share/doc/saker/saker.cdx.json` (CycloneDX). On arm64 `x64` is `arm64`.',
    `## Shipped\n\n${table(['component', 'version', 'licence', ''], all.map(row))}`,
    `## Inside Node\n\n${table(['component', 'version', 'licence', ''], all.flatMap(({ parts = [] }) => parts).map(row))}`,
  );
}
