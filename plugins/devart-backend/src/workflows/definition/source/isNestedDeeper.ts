import type { CST } from 'yaml';

/** Whether tokens of YAML nest deeper than a number of levels; looks without recursion. */
export function isNestedDeeper(
  tokens: readonly CST.Token[],
  levels: number,
): boolean {
  const pending = tokens.map(token => ({ token, depth: 0 }));
  while (pending.length > 0) {
    const { token, depth } = pending.pop()!;
    if (depth > levels) {
      return true;
    }
    for (const inner of tokensIn(token)) {
      pending.push({ token: inner, depth: depth + 1 });
    }
  }
  return false;
}

function* tokensIn(token: CST.Token): Iterable<CST.Token> {
  if (token.type === 'document') {
    if (token.value) {
      yield token.value;
    }
  } else if ('items' in token) {
    for (const { key, value } of token.items) {
      if (key) {
        yield key;
      }
      if (value) {
        yield value;
      }
    }
  }
}
