/**
 * A reader of the PromQL that saker's dashboard and alert rules use: enough of prometheus.io/docs/prometheus/latest/querying
 * to refuse what is misspelt. Gives the selectors of the expression.
 */
export interface Selector {
  readonly metric: string;
  /** Labels that are matched, and, for a selector below an aggregation, those it is grouped by. */
  readonly labels: readonly string[];
  readonly hasRange: boolean;
}

const AGGREGATIONS = ['sum', 'min', 'max', 'avg', 'count', 'topk', 'bottomk'];
/** Function → whether it takes a range. */
const FUNCTIONS: Readonly<Record<string, boolean>> = {
  rate: true,
  increase: true,
  changes: true,
  min_over_time: true,
  max_over_time: true,
};
const BINARY = ['or', 'and', 'unless', '==', '!=', '>=', '<=', '>', '<', '+', '-', '*', '/'];
const TOKEN =
  /\s*(?:([a-zA-Z_:][a-zA-Z0-9_:]*)|("(?:[^"\\]|\\.)*")|(\d+(?:ms|[smhdwy])(?![a-z]))|(\d+(?:\.\d+)?)|(=~|!~|==|!=|>=|<=|[-+*/<>=(){}[\],]))/y;

interface Token {
  readonly kind: 'name' | 'text' | 'duration' | 'number' | 'sign';
  readonly text: string;
}

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  const text = expression.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`not understood at: ${text.slice(at, at + 20)}`);
    const kinds = ['name', 'text', 'duration', 'number', 'sign'] as const;
    const index = match.slice(1).findIndex((group) => group !== undefined);
    tokens.push({ kind: kinds[index]!, text: match[index + 1]! });
  }
  return tokens;
}

/** @throws Error that says what is wrong with the expression */
export function selectorsOf(expression: string): Selector[] {
  const reader = new Reader(tokensOf(expression));
  reader.expression([]);
  reader.end();
  return reader.found;
}

class Reader {
  readonly found: Selector[] = [];
  readonly #tokens: Token[];

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  end(): void {
    if (this.#tokens.length > 0)
      throw new Error(`left over: ${this.#tokens.map(({ text }) => text).join(' ')}`);
  }

  /** @param grouped labels that aggregations around it group by */
  expression(grouped: readonly string[], inRange = false): void {
    this.#operand(grouped, inRange);
    while (BINARY.includes(this.#next())) {
      this.#take();
      this.#operand(grouped, inRange);
    }
  }

  #operand(grouped: readonly string[], inRange: boolean): void {
    const { kind, text } = this.#take();
    if (kind === 'number') return;
    if (text === '(') {
      this.expression(grouped, inRange);
      this.#expect(')');
    } else if (AGGREGATIONS.includes(text)) this.#aggregation(text, grouped);
    else if (kind === 'name' && this.#next() === '(') this.#call(text, grouped);
    else if (kind === 'name') this.#selector(text, grouped, inRange);
    else throw new Error(`an operand was expected, not ${text}`);
  }

  #aggregation(name: string, grouped: readonly string[]): void {
    const by = this.#next() === 'by' ? this.#labels() : [];
    this.#expect('(');
    if (name.endsWith('k')) {
      this.#takeKind('number');
      this.#expect(',');
    }
    this.expression([...grouped, ...by]);
    this.#expect(')');
  }

  #labels(): string[] {
    this.#expect('by');
    this.#expect('(');
    const labels = [this.#takeKind('name')];
    while (this.#next() === ',') {
      this.#take();
      labels.push(this.#takeKind('name'));
    }
    this.#expect(')');
    return labels;
  }

  #call(name: string, grouped: readonly string[]): void {
    const range = FUNCTIONS[name];
    if (range === undefined) throw new Error(`unknown function ${name}`);
    this.#expect('(');
    this.expression(grouped, range);
    this.#expect(')');
  }

  #selector(metric: string, grouped: readonly string[], inRange: boolean): void {
    const labels = [...grouped];
    if (this.#next() === '{') {
      do {
        this.#take();
        labels.push(this.#takeKind('name'));
        if (!['=', '!=', '=~', '!~'].includes(this.#take().text)) throw new Error(`a match in ${metric}`);
        new RegExp(JSON.parse(this.#takeKind('text')));
      } while (this.#next() === ',');
      this.#expect('}');
    }
    const hasRange = this.#next() === '[';
    if (hasRange) {
      this.#take();
      this.#takeKind('duration');
      this.#expect(']');
    }
    if (hasRange !== inRange)
      throw new Error(`${metric} ${inRange ? 'needs a range' : 'takes no range'} here`);
    this.found.push({ metric, labels, hasRange });
  }

  #next(): string {
    return this.#tokens[0]?.text ?? '';
  }

  #take(): Token {
    const token = this.#tokens.shift();
    if (token === undefined) throw new Error('the expression ends too early');
    return token;
  }

  #takeKind(kind: Token['kind']): string {
    const token = this.#take();
    if (token.kind !== kind) throw new Error(`a ${kind} was expected, not ${token.text}`);
    return token.text;
  }

  #expect(text: string): void {
    const token = this.#take();
    if (token.text !== text) throw new Error(`${text} was expected, not ${token.text}`);
  }
}
