import type { Problem } from '../base/errors.ts';
import { parseFile } from './parse.ts';
import { type Entry, type ListTree, type MapTree, type Place, problemAt, type Tree } from './tree.ts';

/**
 * Falco reads containers through a plugin of that name, saker by itself: the plugin's settings become those of
 * `container_engines`, where keys that are written there win.
 */

/** What saker does in any case: it follows creation and start, and knows these by their cgroups. */
const ALWAYS_DONE = ['hooks'];
const BY_CGROUP = ['lxc', 'libvirt_lxc', 'bpm', 'static'];

const textOf = (tree: Tree | undefined): string | null => (tree?.kind === 'scalar' ? tree.text : null);

export function containerPlugin(tree: MapTree): { readonly tree: MapTree; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const entries = new Map(tree.entries);
  const settings = new Map<string, Entry>();
  leaveOut(entries, 'plugins', (item) => {
    if (item.kind !== 'map' || textOf(item.entries.get('name')?.value) !== 'container') return false;
    for (const [key, entry] of settingsOf(item, problems)) settings.set(key, entry);
    return true;
  });
  leaveOut(entries, 'load_plugins', (item) => textOf(item) === 'container');
  const written = entries.get('container_engines');
  // Something else than a section is told by whoever reads the shape.
  if (written === undefined ? settings.size > 0 : written.value.kind === 'map') {
    const own = written?.value.kind === 'map' ? written.value.entries : new Map<string, Entry>();
    const place = written?.place ?? [...settings.values()][0]!.place;
    const all = new Map([...settings, ...own]);
    for (const key of BY_CGROUP) all.delete(key);
    entries.set('container_engines', { place, value: { kind: 'map', entries: all, place } });
  }
  return { tree: { ...tree, entries }, problems };
}

/** Takes the items that fit out of a list, and the list if nothing is left. */
function leaveOut(entries: Map<string, Entry>, key: string, fits: (item: Tree) => boolean): void {
  const entry = entries.get(key);
  if (entry?.value.kind !== 'list') return;
  const items = entry.value.items.filter((item) => !fits(item));
  if (items.length === 0) entries.delete(key);
  else entries.set(key, { ...entry, value: { ...entry.value, items } satisfies ListTree });
}

/** `init_config` of the plugin, a section or JSON as text: its engines beside its other keys. */
function settingsOf(plugin: MapTree, problems: Problem[]): Map<string, Entry> {
  const entry = plugin.entries.get('init_config');
  const config = entry === undefined ? null : sectionOf(entry, problems);
  if (config === null) return new Map();
  const { engines, ...others } = Object.fromEntries(config.entries);
  const found = new Map(Object.entries(others).filter(([key]) => !ALWAYS_DONE.includes(key)));
  if (engines?.value.kind === 'map') for (const [key, value] of engines.value.entries) found.set(key, value);
  return found;
}

function sectionOf({ value, place }: Entry, problems: Problem[]): MapTree | null {
  if (value.kind === 'map') return value;
  const text = textOf(value)?.trim() ?? '';
  if (text === '') return null;
  // JSON is YAML. Lines within the text are no lines of the file.
  const { tree } = parseFile(text, place.file, {});
  if (tree !== null) return placed(tree, value.place) as MapTree;
  const advice = 'write the settings as keys below init_config';
  problems.push(problemAt('SAKER_E_CONFIG_VALUE', place, 'init_config is no section and no JSON', advice));
  return null;
}

function placed(tree: Tree, place: Place): Tree {
  if (tree.kind === 'scalar') return { ...tree, place };
  if (tree.kind === 'list') return { ...tree, place, items: tree.items.map((item) => placed(item, place)) };
  const entries = [...tree.entries].map(([key, { value }]): [string, Entry] => [
    key,
    { place, value: placed(value, place) },
  ]);
  return { ...tree, place, entries: new Map(entries) };
}
