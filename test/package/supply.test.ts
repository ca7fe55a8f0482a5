import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import { build } from 'esbuild';
import { type Component, components, nodeParts } from '../../scripts/components.ts';
import { sbom } from '../../scripts/sbom.ts';
import { listed, root } from './tree.ts';

/** Where what we ship comes from: pins, licences, the bill of materials. */

const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

test('every dependency is pinned to one version', () => {
  const { dependencies, devDependencies } = json('package.json');
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    assert.match(String(version), /^\d+\.\d+\.\d+$/, name);
});

test('the lock file has a SHA-512 of every package', () => {
  const packages = Object.entries<{ integrity?: string }>(json('package-lock.json').packages);
  assert.ok(packages.length > 10);
  for (const [path, { integrity }] of packages)
    if (path !== '') assert.match(integrity ?? '', /^sha512-[A-Za-z0-9+/]{86}==$/, path);
});

test('no dependency runs a script when it is installed', () => {
  assert.match(readFileSync(join(root, '.npmrc'), 'utf8'), /^ignore-scripts=true$/m);
  assert.match(readFileSync(join(root, 'scripts/setup.mjs'), 'utf8'), /'--ignore-scripts'/);
});

test('what the bundles hold of others is in the list of components', async () => {
  const names = components().map(({ name }) => name);
  const { metafile } = await build({
    entryPoints: ['src/main.ts', 'src/engine/worker.ts'].map((file) => join(root, file)),
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    write: false,
    outdir: 'build',
    metafile: true,
    logLevel: 'silent',
    format: 'esm',
  });
  const bundled = Object.keys(metafile.inputs).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  assert.ok(bundled.includes('yaml'));
  for (const name of new Set(bundled)) assert.ok(names.includes(name), `${name} is not in components.ts`);
});

test('the licence text of every component is in the package', () => {
  const texts = listed('saker', 'deb').flatMap(
    ({ target }) => /^usr\/share\/doc\/saker\/licenses\/(.+)$/.exec(target)?.[1] ?? [],
  );
  const holder = (name: string): string =>
    name.startsWith('@koromix/koffi') ? 'koffi' : name.startsWith('node-linux') ? 'node' : name;
  for (const { name } of components()) assert.ok(texts.includes(holder(name)), name);
});

test('a part of Node that nobody has looked at is an error, one without a version is not there', () => {
  assert.throws(() => nodeParts({ novelty: '1.0' }), /novelty/);
  assert.deepEqual(nodeParts({ ngtcp2: '', modules: '147' }), []);
});

for (const arch of ['amd64', 'arm64'] as const) {
  describe(`the bill of materials of ${arch}`, () => {
    const schemas = 'node_modules/@cyclonedx/cyclonedx-library/res/schema';
    const document = sbom(arch) as { components: (Component & { components?: Component[] })[] };

    test('is CycloneDX 1.6 by its schema', () => {
      const ajv = new Ajv({ strict: false, validateFormats: false });
      for (const file of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
        ajv.addSchema(json(`${schemas}/${file}`), `http://cyclonedx.org/schema/${file}`);
      const validate = ajv.compile(json(`${schemas}/bom-1.6.SNAPSHOT.schema.json`));
      assert.equal(validate(document), true, JSON.stringify(validate.errors, null, 1));
      assert.equal(validate({ ...document, components: [{ type: 'library' }] }), false, 'the schema bites');
    });

    test('names Node, its parts, libbpf and the packages of this architecture', () => {
      const names = document.components.map(({ name }) => name);
      const cpu = arch === 'amd64' ? 'x64' : 'arm64';
      for (const name of [`node-linux-${cpu}`, `@koromix/koffi-linux-${cpu}`, 'libbpf', 'yaml', 're2js'])
        assert.ok(names.includes(name), name);
      const parts = document.components.find(({ name }) => name.startsWith('node-'))?.components ?? [];
      assert.equal(parts.find(({ name }) => name === 'openssl')?.version, process.versions.openssl);
    });

    test('is the same every time', () => assert.deepEqual(sbom(arch), document));
  });
}
