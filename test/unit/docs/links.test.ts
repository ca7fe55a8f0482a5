import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../scripts/run.ts';
import { anchorsOf, isOfNow, linksOf, PAGES, read, spansOf } from './pages.ts';

for (const path of PAGES)
  test(`links of ${path} lead somewhere`, () => {
    for (const link of linksOf(read(path))) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : normalize(join(dirname(path), file));
      assert.ok(existsSync(join(root, target)), `${link}: there is no ${target}`);
      if (anchor !== undefined) assert.ok(anchorsOf(read(target)).has(anchor), `${link}: no such heading`);
    }
  });

/** Folders of the repository that documents name files of. */
const PLACES = /^(src|test|bpf|native|scripts|packaging|systemd|docs)\/[\w./-]*/;

for (const path of PAGES.filter(isOfNow))
  test(`files that ${path} names are there`, () => {
    for (const span of spansOf(read(path))) {
      // `SAKER_X=1 node --test test/…` names a file as well.
      for (const word of span.split(' ')) {
        const file = PLACES.exec(word)?.[0];
        if (file !== undefined) assert.ok(existsSync(join(root, file)), `${span}: there is no ${file}`);
      }
    }
  });

test('every decision and every page can be reached from the README', () => {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const link of linksOf(read(path)).filter((one) => !/^[a-z]+:/.test(one))) {
      const target = normalize(join(dirname(path), link.split('#')[0]!));
      if (target.endsWith('.md')) visit(target);
      // A folder stands for its files.
      for (const page of PAGES) if (dirname(page) === target.replace(/\/$/, '')) visit(page);
    }
  };
  visit('README.md');
  assert.deepEqual(
    PAGES.filter((page) => !seen.has(page)),
    [],
  );
});

test('the package has every page, where the links between them lead', () => {
  const places = new Map(
    read('packaging/files.txt')
      .split('\n')
      .filter((line) => /^[^#[\s]/.test(line))
      .map((line) => line.split(/\s+/))
      .map(([source = '', target = '']) => [source.replace(/\/$/, ''), target]),
  );
  for (const page of PAGES) {
    const place = places.get(page) ?? `${places.get(dirname(page))}/${basename(page)}`;
    assert.equal(place, `usr/share/doc/saker/${page}`);
    for (const link of linksOf(read(page)).filter((one) => !/^[a-z]+:|^#/.test(one))) {
      const target = normalize(join(dirname(page), link.split('#')[0]!)).replace(/\/$/, '');
      const isThere = [...places.keys()].some(
        (one) => one === target || one === dirname(target) || dirname(one) === target,
      );
      assert.ok(isThere, `${page} leads to ${target}: not shipped`);
    }
  }
});
