import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import type { WorkflowProblem } from '@devart/plugin-devart-common';
import type { ProblemPath } from './formatPath';

/** A place in a text, both from 1. */
export interface Position {
  line: number;
  column: number;
}

const YAML_MESSAGES: Record<string, string> = {
  DUPLICATE_KEY: 'this key is there already; a key may stand once in a map',
  MULTIPLE_DOCS: 'a workflow is one YAML document; remove everything from ---',
  TAB_AS_INDENT: 'indent with spaces, not with tabs',
  NON_STRING_KEY: 'a key must be text; put it in quotes',
  TAG_RESOLVE_FAILED:
    'tags are not accepted; texts, numbers, true, false, null, lists and maps are',
};

/** A document in YAML 1.2 with the core schema, and where everything in it stands. */
export class YamlSource {
  readonly #source: string;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  /** What it says. */
  readonly value: unknown;

  private constructor(
    source: string,
    document: Document.Parsed,
    lines: LineCounter,
  ) {
    this.#source = source;
    this.#document = document;
    this.#lines = lines;
    this.value = document.toJS();
  }

  static parse(text: string): {
    source?: YamlSource;
    problems: WorkflowProblem[];
  } {
    const lines = new LineCounter();
    let document: Document.Parsed;
    const problems: WorkflowProblem[] = [];
    const report = (offset: number, message: string, path = '') => {
      const { line, col } = lines.linePos(Math.min(offset, text.length));
      problems.push({
        line: Math.max(line, 1),
        column: Math.max(col, 1),
        path,
        message,
      });
    };
    try {
      document = parseDocument(text, {
        lineCounter: lines,
        prettyErrors: false,
        schema: 'core',
        strict: true,
        stringKeys: true,
        uniqueKeys: true,
        merge: false,
        version: '1.2',
      });
      for (const error of [...document.errors, ...document.warnings]) {
        report(error.pos[0], messageOf(error));
      }
      refuseBombs(document, report);
      return problems.length > 0
        ? { problems }
        : { source: new YamlSource(text, document, lines), problems };
    } catch (error) {
      // The parser goes down into the text by calling itself.
      if (error instanceof RangeError) {
        report(0, 'is nested too deeply');
        return { problems };
      }
      throw error;
    }
  }

  /** Where the value at a path stands, or the nearest thing around it. */
  position(path: ProblemPath): Position {
    return this.#at(this.#find(path).node);
  }

  /** Where the last key of a path stands. */
  keyPosition(path: ProblemPath): Position {
    const { key, node } = this.#find(path);
    return this.#at(key ?? node);
  }

  /**
   * A place in the text at a path: characters after one of its `${{`. Where
   * the text is folded or escaped, so that characters cannot be counted, it is
   * the `${{` itself.
   */
  positionIn(
    path: ProblemPath,
    place: { opening: number; start: number; offset: number },
  ): Position {
    const { node } = this.#find(path);
    if (!isScalar(node) || !node.range || typeof node.value !== 'string') {
      return this.#at(node);
    }
    const [begin, end] = node.range;
    const raw = this.#source.slice(begin, end);
    const from =
      place.opening < 0
        ? this.#beginOfText(raw, node.value)
        : nthIndexOf(raw, '${{', place.opening);
    if (from < 0) {
      return this.#at(node);
    }
    const startInText = place.opening < 0 ? 0 : place.start;
    const length =
      place.opening < 0 ? place.start + place.offset : place.offset;
    const literal = node.value.slice(startInText, startInText + length);
    const exact = raw.startsWith(literal, from);
    return this.#position(begin + from + (exact ? length : 0));
  }

  #beginOfText(raw: string, text: string): number {
    return raw.indexOf(text.split('\n')[0]);
  }

  #find(path: ProblemPath): { key?: Node; node?: Node } {
    let node = this.#document.contents as Node | undefined;
    let key: Node | undefined;
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find(
          item => isScalar(item.key) && item.key.value === String(step),
        );
        if (!pair) {
          return { key, node };
        }
        key = pair.key as Node;
        node = (pair.value as Node | null) ?? key;
      } else if (isSeq(node) && typeof step === 'number' && node.items[step]) {
        node = node.items[step] as Node;
        key = undefined;
      } else {
        return { key, node };
      }
    }
    return { key, node };
  }

  #at(node: Node | undefined): Position {
    return this.#position(node?.range?.[0] ?? 0);
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function messageOf(error: { code: string; message: string }): string {
  if (error.message.startsWith('Nested mappings are not allowed')) {
    return 'a text that holds ": " must stand in quotes, or on its own lines after |';
  }
  return (
    YAML_MESSAGES[error.code] ??
    `is no valid YAML: ${error.message.replace(/^[A-Z](?=[a-z])/, letter => letter.toLowerCase())}`
  );
}

/** What makes a small text a large value, or a name an attack. */
function refuseBombs(
  document: Document.Parsed,
  report: (offset: number, message: string, path?: string) => void,
): void {
  visit(document, {
    Node(_key, node, ancestors) {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) {
        report(offset, 'aliases are not accepted; write the value out');
      } else if (node.anchor) {
        report(offset, 'anchors are not accepted; remove it');
      }
      if (ancestors.length > MAX_NODES_ABOVE) {
        report(offset, 'is nested too deeply');
        return visit.BREAK;
      }
      return undefined;
    },
    Pair(_key, pair) {
      if (isScalar(pair.key) && pair.key.value === '__proto__') {
        report(pair.key.range?.[0] ?? 0, '__proto__ is not accepted as a key');
      }
    },
  });
}

/** A map counts twice: itself and its pair. */
const MAX_NODES_ABOVE = 100;

function nthIndexOf(text: string, part: string, count: number): number {
  let position = text.indexOf(part);
  for (let passed = 0; passed < count && position >= 0; passed++) {
    position = text.indexOf(part, position + part.length);
  }
  return position;
}
