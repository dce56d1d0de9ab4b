import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  visit,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import type { WorkflowProblem } from '@devart/plugin-devart-common';
import type { ProblemPath } from './formatPath';
import { isNestedDeeper } from './isNestedDeeper';

/** A place in a text, both from 1. */
export interface Position {
  line: number;
  column: number;
}

/** How deep lists and maps may nest. */
const MAX_DEPTH = 100;

/** The most problems with the text itself that are told at once. */
const MAX_PROBLEMS = 100;

const YAML_MESSAGES: Record<string, string> = {
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
    const problems: WorkflowProblem[] = [];
    const report = (offset: number, message: string) => {
      if (problems.length < MAX_PROBLEMS) {
        const position = positionOf(lines, Math.min(offset, text.length));
        problems.push({ ...position, path: '', message });
      }
    };
    const tokens = [...new Parser(lines.addNewLine).parse(text)];
    // Whoever composes, visits or converts the document does so by recursion.
    if (isNestedDeeper(tokens, MAX_DEPTH)) {
      report(0, `must not nest deeper than ${MAX_DEPTH} levels`);
      return { problems };
    }
    const composer = new Composer({
      prettyErrors: false,
      schema: 'core',
      strict: true,
      stringKeys: true,
      // Checked below: the library compares each key with each.
      uniqueKeys: false,
      merge: false,
      version: '1.2',
    });
    const [document, second] = composer.compose(tokens, true, text.length);
    for (const error of [...document.errors, ...document.warnings]) {
      report(error.pos[0], messageOf(error));
    }
    if (second) {
      report(
        second.range[0],
        'a workflow is one YAML document; remove everything from ---',
      );
    }
    refuseTraps(document, report);
    problems.sort((a, b) => a.line - b.line || a.column - b.column);
    return problems.length > 0
      ? { problems }
      : { source: new YamlSource(text, document, lines), problems };
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
    return positionOf(this.#lines, offset);
  }
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
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

/** What makes a small text a large value, hides a value behind another, or reaches for prototypes. */
function refuseTraps(
  document: Document.Parsed,
  report: (offset: number, message: string) => void,
): void {
  visit(document, {
    Node(_key, node) {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) {
        report(offset, 'aliases are not accepted; write the value out');
      } else if (node.anchor) {
        report(offset, 'anchors are not accepted; remove it');
      }
      if (isMap(node)) {
        checkKeys(node, report);
      }
    },
  });
}

function checkKeys(
  map: YAMLMap,
  report: (offset: number, message: string) => void,
): void {
  const seen = new Set<unknown>();
  for (const { key } of map.items) {
    if (!isScalar(key)) {
      continue;
    }
    const offset = key.range?.[0] ?? 0;
    if (key.value === '__proto__') {
      report(offset, '__proto__ is not accepted as a key');
    } else if (seen.has(key.value)) {
      report(
        offset,
        'this key is there already; a key may stand once in a map',
      );
    }
    seen.add(key.value);
  }
}

function nthIndexOf(text: string, part: string, count: number): number {
  let position = text.indexOf(part);
  for (let passed = 0; passed < count && position >= 0; passed++) {
    position = text.indexOf(part, position + part.length);
  }
  return position;
}
