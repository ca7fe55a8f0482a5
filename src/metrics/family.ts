/** One metric with all its series. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
}

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number | bigint;
}

type Value = number | bigint | null;

/** A metric of one series; without a value it is left out. */
export function single(type: Family['type'], name: string, help: string, value: Value): Family[] {
  return value === null ? [] : [{ name, help, type, samples: [{ value }] }];
}

/** A metric with a series for each item. */
export function each<T>(
  type: Family['type'],
  name: string,
  help: string,
  items: readonly T[],
  sampleOf: (item: T) => readonly [Labels, number | bigint],
): Family {
  const samples = items.map((item) => {
    const [labels, value] = sampleOf(item);
    return { labels, value };
  });
  return { name, help, type, samples };
}

/** A text as the name of a label or a part of a metric's name: letters, digits and _. */
export function nameFrom(text: string): string {
  return text.replace(/[^a-zA-Z0-9]+/g, '_');
}
